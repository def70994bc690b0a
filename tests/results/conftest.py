"""The scene of the responses, to be counted."""

from __future__ import annotations

from tests.responses.conftest import scene, shelf

__all__ = ["scene", "shelf"]
