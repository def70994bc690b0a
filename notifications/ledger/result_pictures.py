"""The picture of a poll's result as a file of a mailing, one a language, drawn anew when the mailing is planned.

Until the poll is closed the picture says so: whoever reads the draft sees where the result will stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.clock import local
from core.days import FULL, write_instant
from core.file_contents import keep_content
from core.i18n import N_, Translator, translator
from core.process.tables import Office
from notifications.content.files import MailedFile, look_at
from notifications.ledger.files import files_of
from notifications.ledger.tables import Mailing, MailingFile
from surveys.polls.picture import Told, draw_result
from surveys.polls.poll import Poll
from surveys.polls.publishing import published_of
from surveys.polls.store import load_poll
from surveys.results.protecting import LEAST

BEFORE, AFTER = "result-", ".png"
CLOSED_ON = N_("closed on {moment}")


def picture_name(language: str) -> str:
    """Under which name a text of the language shows the picture."""
    return f"{BEFORE}{language}{AFTER}"


def result_picture(session: Session, poll: Poll, t: Translator, least: int = LEAST, scale: float = 1.0) -> bytes:
    """A PNG; small numbers are hidden in it. Raises FontsMissing."""
    return picture_to_draw(session, poll, t, least, scale)()


def picture_to_draw(
    session: Session, poll: Poll, t: Translator, least: int = LEAST, scale: float = 1.0
) -> Callable[[], bytes]:
    """Reads all of it now, and draws it when it is called: for whoever must not hold the database meanwhile."""
    office = session.get_one(Office, poll.office_id).name
    result = published_of(session, poll, least)
    closed = ""
    if result is not None and poll.closes_at is not None:
        closed = t(CLOSED_ON, moment=moment_in_words(poll, t.language))
    return partial(draw_result, poll, result, Told(office, closed), t, scale)


def moment_in_words(poll: Poll, language: str) -> str:
    """When a poll closes on the clock of its office, with the weekday; "" for no planned time."""
    if poll.closes_at is None:
        return ""
    return write_instant(local(poll.closes_at, poll.time_zone), f"{FULL}, HH:mm", language)


def result_files(session: Session, poll: Poll, languages: Iterable[str], least: int = LEAST) -> dict[str, MailedFile]:
    """The pictures in these languages, kept, by their names."""
    found = {}
    for language in languages:
        name = picture_name(language)
        content = result_picture(session, poll, translator(language), least)
        found[name] = look_at(name, content)
        keep_content(session, content)
    return found


def bring_result(session: Session, mailing: Mailing, least: int = LEAST) -> None:
    """Draws the pictures that a mailing has of its poll's result as the result now is."""
    if mailing.poll_id is None:
        return
    names = [one for one in files_of(session, mailing.id) if one.startswith(BEFORE) and one.endswith(AFTER)]
    languages = [one.removeprefix(BEFORE).removesuffix(AFTER) for one in names]
    if not languages:
        return
    for name, file in result_files(session, load_poll(session, mailing.poll_id), languages, least).items():
        drawn = {"sha256": file.sha256, "size": file.size, "width": file.width, "height": file.height}
        row = MailingFile.mailing_id == mailing.id, MailingFile.name == name
        session.execute(update(MailingFile).where(*row).values(**drawn, media_type=file.media_type))
