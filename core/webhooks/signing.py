"""Secrets and signatures, after the conventions of Standard Webhooks (standardwebhooks.com).

A secret is derived from the installation's SECRET_KEY, the webhook and its nonce: nothing secret is kept, and
whoever reads the database cannot sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from core.links import Links, Purpose
from core.webhooks.tables import Webhook

PREFIX = "whsec_"
BOTH = timedelta(hours=24)  # after a new secret the earlier one signs too, so that the receiver can change over


def secret_of(links: Links, webhook_id: int, nonce: str) -> str:
    """What the receiver checks signatures with: `whsec_` and 32 bytes in base64."""
    key = links.derive(Purpose.WEBHOOK, f"{webhook_id}.{nonce}".encode())
    return PREFIX + base64.b64encode(key).decode()


def secrets_of(links: Links, webhook: Webhook, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    nonces = [webhook.nonce]
    if webhook.earlier_nonce and webhook.renewed_at is not None and now - webhook.renewed_at < BOTH:
        nonces.append(webhook.earlier_nonce)
    return [secret_of(links, webhook.id, nonce) for nonce in nonces]


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; the timestamp in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{event_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
