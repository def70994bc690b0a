"""A form that makes something makes it once, however often its button is pressed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from core.inbound import first_time
from core.staff.accounts import Staff

KEY = "key"  # the hidden field with a random word of the page's own
LONGEST_KEY = 64


def is_new(session: Session, staff: Staff, what: str, typed: Mapping[str, str], now: datetime) -> bool:
    """False for the second press of a double click. Whoever goes back and writes something else makes another one.

    Called in the transaction that makes it.
    """
    key = typed.get(KEY, "")[:LONGEST_KEY]
    content = json.dumps(sorted((name, value) for name, value in typed.items() if name != "token")).encode()
    return not key or first_time(
        session, "web", f"{what}:{staff.account_id}:{key}:{sha256(content).hexdigest()[:16]}", now
    )
