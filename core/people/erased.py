"""What is kept of the erased: nothing but a digest by which a later import leaves them out.

An office that loads its old list again would bring the person back. The digest (SHA-256, cut
off from everything else) names nobody; who guesses an address can only learn that it was erased.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.people.channels import EMAIL
from core.people.tables import Address, Erased, Membership, Participant


def identities(reference: str | None, email: str, name: str) -> list[str]:
    """By what an import knows a person: the reference, the address, and the address with the name."""
    known = [f"reference {reference}"] if reference else []
    return known + ([f"email {email}", f"person {email} {name.casefold()}"] if email else [])


def remember_erased(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Notes, for each office that knew them, who is about to be erased.

    An address that somebody else has too does not stand for the person; with the name it does.
    """
    mails = _emails(session, ids)
    shared = _shared(session, list(mails), ids)
    known = select(Membership.office_id, Membership.reference, Membership.name).where(
        Membership.participant_id.in_(ids)
    )
    rows = []
    for office_id, reference, name in session.execute(known):
        found = set(identities(reference, "", name))
        for email in mails:
            found.update(identities(None, email, name)[1 if email in shared else 0 :])
        rows += [{"office_id": office_id, "digest": _digest(one), "erased_at": now} for one in found]
    if rows:
        added = insert_into(session, Erased).values(rows)
        again = {"erased_at": added.excluded.erased_at}
        session.execute(added.on_conflict_do_update(index_elements=["office_id", "digest"], set_=again))


def erased_since(session: Session, office_id: int, known_by: Iterable[str]) -> dict[str, datetime]:
    """Which of these identities belong to somebody erased, and since when."""
    digests = {_digest(one): one for one in known_by}
    found = select(Erased.digest, Erased.erased_at).where(
        Erased.office_id == office_id, Erased.digest.in_(list(digests))
    )
    return {digests[row.digest]: row.erased_at for row in session.execute(found)}


def _emails(session: Session, ids: Sequence[int]) -> list[str]:
    mine = select(Address.value).where(Address.participant_id.in_(ids), Address.channel == EMAIL)
    return list(session.scalars(mine.distinct()))


def _shared(session: Session, emails: Sequence[str], ids: Sequence[int]) -> set[str]:
    others = (
        select(Address.value)
        .join(Participant, Participant.id == Address.participant_id)
        # Whoever only asked to join, and may never have, does not share it.
        .join(Membership, Membership.participant_id == Participant.id)
        .where(Address.channel == EMAIL, Address.value.in_(emails), Participant.id.not_in(ids))
        .distinct()
    )
    return set(session.scalars(others))


def _digest(identity: str) -> str:
    return hashlib.sha256(f"ascolto erased {identity}".encode()).hexdigest()
