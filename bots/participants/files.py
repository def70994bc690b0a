"""Files and places that people send as answers. A file is noted with its answer and fetched after the commit."""

from __future__ import annotations

from bots.participants.dialogue import DOOR, Talk, aside, give, show
from bots.participants.parse import SentFile, SentLocation
from bots.participants.questions import HELP
from bots.participants.screen import Reply, Screen
from bots.participants.store import change_chat
from surveys.engine.form import Kind
from surveys.engine.inputs import Answer
from surveys.engine.prompts import QuestionPrompt
from surveys.responses.attachment_store import Arrival, drop_unnamed, keep_coming
from surveys.responses.attachments import expect
from surveys.responses.media import MEDIA, TAKES_FILES
from surveys.responses.service import Turn

ALBUM = "album"


def take_sent(talk: Talk, turn: Turn, sent: SentFile | SentLocation, limit_mb: int) -> Reply:
    """A file or place as the answer to the open question; raises what `expect` raises."""
    question = open_question(turn)
    if isinstance(sent, SentLocation):
        if question is None or question.kind is not Kind.GEOPOINT:
            return aside(talk, Screen(talk.t("This question does not ask for a place. Please look at it above.")))
        return show(talk, give(talk, Answer(question.ref, sent.value)))
    if question is None or question.kind not in TAKES_FILES:
        return aside(talk, Screen(talk.t("This question does not take a file. Please use the buttons or write.")))
    return _take_file(talk, turn, question, (sent, limit_mb))


def ask_for_file(talk: Talk, turn: Turn) -> Reply | None:
    """What to send instead, where words cannot be the answer."""
    question = open_question(turn)
    if question is None or question.kind not in MEDIA or question.readonly:
        return None
    return aside(talk, Screen(talk.t(HELP[question.kind])))


def open_question(turn: Turn) -> QuestionPrompt | None:
    return next((one for one in turn.prompts if isinstance(one, QuestionPrompt) and one.ref == turn.session.at), None)


def _take_file(talk: Talk, turn: Turn, question: QuestionPrompt, given: tuple[SentFile, int]) -> Reply:
    sent, limit_mb = given
    if sent.album and talk.chat.awaiting.get(ALBUM) == sent.album:  # what follows would answer the next question
        told = talk.t("Of several files sent at once only the first was taken: each question takes one.")
        return aside(talk, Screen(told))
    coming = expect(sent.file, question.kind, talk.chat.id, limit_mb)
    name = keep_coming(talk.session, Arrival(turn.response_id, talk.now, DOOR), coming)
    if sent.album:
        change_chat(talk.session, talk.chat.id, awaiting={**talk.chat.awaiting, ALBUM: sent.album})
    after = give(talk, Answer(question.ref, name))
    drop_unnamed(talk.session, turn.response_id, after.session.values)  # an answer that was refused leaves no file
    return show(talk, after)
