"""What stands above core and holds something of a person takes it away itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

# (session, the ids of the person and those merged into them)
Eraser = Callable[[Session, Sequence[int]], None]
