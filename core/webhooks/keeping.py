"""Webhooks as staff keep them: added, paused, resumed, given a new secret, removed. Every act is in the audit log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from core.ids import Ids
from core.process.tables import Office
from core.staff.audit import Act, record
from core.webhooks.errors import KindUnknown, NoKind, WebhookExists, WebhooksTooMany, WebhookUnknown
from core.webhooks.kinds import KINDS, WebhookState
from core.webhooks.reach import check_url
from core.webhooks.tables import Webhook, WebhookCall

MOST = 20  # of an office
MOST_CLEARED = 1000  # calls at once, so that nobody waits for it


@dataclass(frozen=True)
class Actor:
    """Who does it; `account_id` None stands for the command line. `private` says what may be reached."""

    account_id: int | None = None
    private: bool = False


@dataclass(frozen=True)
class NewWebhook:
    office_id: int
    url: str
    kinds: Sequence[str]


def add_webhook(session: Session, new: NewWebhook, actor: Actor, ids: Ids, now: datetime) -> int:
    """The new webhook's id.

    Raises UrlWrong, UrlUnsafe, UrlPrivate, NoKind, KindUnknown, WebhookExists, WebhooksTooMany.
    """
    url, kinds = check_url(new.url, private=actor.private), check_kinds(new.kinds)
    _one_at_a_time(session, new.office_id)
    theirs = select(Webhook.url).where(Webhook.office_id == new.office_id, Webhook.state != WebhookState.REMOVED)
    urls = session.scalars(theirs).all()
    if url in urls:
        raise WebhookExists
    if len(urls) >= MOST:
        raise WebhooksTooMany(most=MOST)
    row = {
        "office_id": new.office_id,
        "url": url,
        "kinds": " ".join(kinds),
        "state": WebhookState.ACTIVE.value,
        "nonce": ids.token(),
        "created_by": actor.account_id,
        "created_at": now,
    }
    webhook_id: int = session.execute(insert(Webhook).values(row).returning(Webhook.id)).scalar_one()
    _note(session, "added", webhook_id, new.office_id, actor, now)
    return webhook_id


def check_kinds(kinds: Collection[str]) -> list[str]:
    """Each once, in their usual order; raises NoKind, KindUnknown."""
    known = [one.value for one in KINDS]
    if unknown := sorted(set(kinds) - set(known)):
        raise KindUnknown(value=unknown[0], known=", ".join(known))
    if not kinds:
        raise NoKind
    return [one for one in known if one in kinds]


def find_webhook(session: Session, webhook_id: int) -> Webhook:
    """Raises WebhookUnknown."""
    found = session.get(Webhook, webhook_id)
    if found is None or found.state == WebhookState.REMOVED:
        raise WebhookUnknown(number=webhook_id)
    return found


def webhooks(session: Session, offices: Collection[int]) -> list[Webhook]:
    """Those of some offices, by office and age."""
    there = Webhook.office_id.in_(offices), Webhook.state != WebhookState.REMOVED
    return list(session.scalars(select(Webhook).where(*there).order_by(Webhook.office_id, Webhook.id)))


def pause(session: Session, webhook: Webhook, actor: Actor, now: datetime) -> None:
    """Nothing is sent until it is resumed; what happens meanwhile waits."""
    _change(session, webhook, state=WebhookState.PAUSED.value)
    _note(session, "paused", webhook.id, webhook.office_id, actor, now)


def resume(session: Session, webhook: Webhook, actor: Actor, now: datetime) -> None:
    """After a pause, and after the receiver was put right: what waits leaves at once."""
    _change(session, webhook, state=WebhookState.ACTIVE.value, failing_since=None, held_until=None)
    _note(session, "resumed", webhook.id, webhook.office_id, actor, now)


def renew_secret(session: Session, webhook: Webhook, actor: Actor, ids: Ids, now: datetime) -> str:
    """The new nonce. The secret before signs too for a day."""
    nonce = ids.token()
    _change(session, webhook, nonce=nonce, earlier_nonce=webhook.nonce, renewed_at=now)
    _note(session, "renewed", webhook.id, webhook.office_id, actor, now)
    return nonce


def remove(session: Session, webhook: Webhook, actor: Actor, now: datetime) -> None:
    """Takes a webhook away; its calls, which may be many, go by `clear_removed`."""
    _change(session, webhook, state=WebhookState.REMOVED.value)
    _note(session, "removed", webhook.id, webhook.office_id, actor, now)


def clear_removed(session: Session) -> bool:
    """Deletes some calls of a removed webhook, and with the last ones its row; whether there was anything to do."""
    removed = select(Webhook.id).where(Webhook.state == WebhookState.REMOVED).order_by(Webhook.id).limit(1)
    # Locked, because a happening that began before the removal may still add a call.
    webhook_id = session.scalar(removed.with_for_update(skip_locked=True))
    if webhook_id is None:
        return False
    some = select(WebhookCall.id).where(WebhookCall.webhook_id == webhook_id).limit(MOST_CLEARED)
    quietly = {"synchronize_session": False}
    gone = session.execute(delete(WebhookCall).where(WebhookCall.id.in_(some)), execution_options=quietly)
    assert isinstance(gone, CursorResult)
    if gone.rowcount < MOST_CLEARED:
        session.execute(delete(Webhook).where(Webhook.id == webhook_id), execution_options=quietly)
    return True


def counts(session: Session, webhook_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many calls of each webhook stand in which state."""
    statement = (
        select(WebhookCall.webhook_id, WebhookCall.state, func.count())
        .where(WebhookCall.webhook_id.in_(webhook_ids))
        .group_by(WebhookCall.webhook_id, WebhookCall.state)
    )
    found: dict[int, dict[str, int]] = {one: {} for one in webhook_ids}
    for webhook_id, state, count in session.execute(statement):
        found[webhook_id][state] = count
    return found


def _change(session: Session, webhook: Webhook, **values: object) -> None:
    there = Webhook.id == webhook.id, Webhook.state != WebhookState.REMOVED  # nothing brings a removed one back
    session.execute(update(Webhook).where(*there).values(values))


def _one_at_a_time(session: Session, office_id: int) -> None:
    """Two who add to one office at the same moment do not both find room, or no such address."""
    session.execute(select(Office.id).where(Office.id == office_id).with_for_update(key_share=True))


def _note(session: Session, act: str, webhook_id: int, office_id: int, actor: Actor, now: datetime) -> None:  # noqa: PLR0913, PLR0917
    record(session, Act(f"webhook.{act}", f"webhook:{webhook_id}", actor.account_id, office_id), now)
