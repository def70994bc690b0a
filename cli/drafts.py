"""Files that are whole or not there: written beside their target, for the owner's eyes only."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft_for(target: Path | None) -> Iterator[Path]:
    """A private file to write to, beside the target (None: standard output); gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=".ascolto-", dir=target.parent if target else None) as folder:
        yield Path(folder) / "draft"


def hand_over(draft: Path, target: Path | None) -> None:
    """The draft becomes the target at once, or goes to standard output."""
    if target is not None:
        draft.replace(target)
        return
    with draft.open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
