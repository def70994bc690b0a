"""What holds mailings up, as commands say it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from cli.terminal import operator, out
from notifications.planning.obstacles import CAUSE_NAMES, WHAT_TO_DO, Obstacle


def say_obstacles(found: Sequence[Obstacle]) -> None:
    """A line for each, with what to do."""
    t = operator()
    for one in found:
        detail = f" ({one.detail})" if one.detail else ""
        said = f"{one.slug}: {t(CAUSE_NAMES[one.cause])}{detail} {t(WHAT_TO_DO[one.cause])}"
        out.print(escape(said), style="yellow", highlight=False, soft_wrap=True)
