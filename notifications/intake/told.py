"""Bounces told in words of their own, by systems that write no report: whom they are about and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flufl.bounce import all_failures

from notifications.intake.diagnosis import Stage
from notifications.intake.letter import Letter
from notifications.intake.phrases import sign
from notifications.intake.report import STATUS, bare_address

ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")  # RFC 6531 with its letters
# Where the message that came back begins, when it stands in the text itself.
RETURNED = re.compile(
    r"^(?:[-=_* ]{2,}\s*(?:this is a copy|original message|below this line|the (?:body|header|message)|start of|"
    r"unsent message|returned message|message header|enclosed|mail header|copy of|forwarded|undelivered message|"
    r"message (?:follows|text)|the original)|(?:received: (?:from|by)|return-path:)\s|"
    r"message-id: <|the following is a copy of|your original message|below is a copy)",
    re.IGNORECASE | re.MULTILINE,
)
TOLD_BY = r"(?:after|in reply to|did not like our|response to)(?: the)?(?: end of)? "
STAGES = (
    (Stage.CONTENT, re.compile(TOLD_BY + r"data|end of data|smtp command\s+DATA", re.IGNORECASE)),
    (Stage.SENDER, re.compile(TOLD_BY + r"MAIL FROM", re.IGNORECASE)),
    (Stage.RECIPIENT, re.compile(TOLD_BY + r"RCPT TO", re.IGNORECASE)),
)
TRANSCRIPT = re.compile(r"^\s*>>> (?:DATA|\.)\s*$", re.MULTILINE)
REFUSAL = re.compile(r"^\s*<<< 5\d\d", re.MULTILINE)
# Fields in which something that looks like an address is another's, or none.
OTHER_FIELDS = re.compile(
    r"[> ]*(?:[\w-]*id|references|in-reply-to|from|sender|received|reporting-mta)\s*:", re.IGNORECASE
)
NEW_MATTER = re.compile(r"[45]\d\d |<<<|>>>|While talking", re.IGNORECASE)
AROUND = 3  # lines that belong to the one that names an address
SENDERS, SUBJECTS, BODY = sign("sender"), sign("subject"), sign("body")
ERROR_REPLY = re.compile(r"\b[45]\d\d\b")


@dataclass(frozen=True)
class Told:
    """What was said of one address; `still_trying` when the system has not given up."""

    address: str
    status: str
    text: str
    still_trying: bool = False


def is_by_machine(letter: Letter) -> bool:
    """Whether a mail system wrote it, by its own name or by the empty return path (RFC 5321, section 4.5.5)."""
    if letter.message.get_content_type() == "multipart/report":  # RFC 6522
        return True
    sender = f"{letter.header('From')} {letter.header('Sender')}"
    return bool(SENDERS.search(sender)) or letter.header("Return-Path") == "<>"


def is_told(letter: Letter) -> bool:
    """Whether a mail looks like one that a mail system wrote about another mail."""
    about_mail = bool(SUBJECTS.search(letter.header("Subject")))
    says_so = bool(BODY.search(letter.text))
    if is_by_machine(letter):
        return about_mail or says_so or bool(ERROR_REPLY.search(own_words(letter))) or any(failures(letter))
    return about_mail and says_so


def stage_of(text: str) -> Stage:
    """What was answered by the refusal that a text tells of.

    In a transcript of pipelined commands the reply to the recipient stands after DATA too; then DATA
    itself is mostly refused as well.
    """
    for stage, pattern in STAGES:
        if pattern.search(text):
            return stage
    data = TRANSCRIPT.search(text)
    if data is None or "Transcript of session follows" in text:  # sendmail's, which pipelines and shows replies late
        return Stage.UNTOLD
    return Stage.CONTENT if len(REFUSAL.findall(text, data.end())) == 1 else Stage.UNTOLD


def own_words(letter: Letter) -> str:
    """What the system itself says, without the mail it returns."""
    found = RETURNED.search(letter.text)
    return letter.text[: found.start()] if found and found.start() > 0 else letter.text


def read_told(letter: Letter) -> list[Told]:
    """The addresses a bounce is about with what is said of each."""
    words = own_words(letter)
    temporary, permanent = failures(letter)
    found = temporary | permanent or _named(words, letter)
    # Those of the correspondence stand only in the mail that came back.
    addresses = {one for one in found if one in words.lower()} or found
    return [
        Told(one, _status(about), about, one in temporary and one not in permanent)
        for one in sorted(addresses)
        for about in (words_about(one, words, addresses),)
    ]


def failures(letter: Letter) -> tuple[set[str], set[str]]:
    """Addresses by flufl.bounce's detectors: delayed ones and failed ones."""
    try:
        temporary, permanent = all_failures(letter.message)
    except Exception:  # its detectors raise whatever a strange message makes them raise
        return set(), set()
    return _clean(temporary), _clean(permanent)


def words_about(address: str, words: str, others: Iterable[str]) -> str:
    """The lines that speak of one address; all of them where it is the only one or is not named."""
    rest = [one for one in others if one != address]
    if not rest:
        return words
    lines = words.splitlines()
    mine: list[str] = []
    for at, line in enumerate(lines):
        if address in line.lower():
            mine.append(line)
            announces = line.rstrip().endswith(":")
            for later in lines[at + 1 : at + 1 + AROUND]:
                if (not announces and NEW_MATTER.match(later)) or any(other in later.lower() for other in rest):
                    break
                mine.append(later)
    return "\n".join(mine) or words


def _named(words: str, letter: Letter) -> set[str]:
    """Addresses in the system's words beside an error, without those of the correspondence itself."""
    own = {bare_address(letter.header(name)) for name in ("To", "From", "Return-Path", "Sender")}
    found = [
        one.lower() for line in words.splitlines() if not OTHER_FIELDS.match(line) for one in ADDRESS.findall(line)
    ]
    wanted = [one for one in found if one not in own and "mailer-daemon" not in one and "postmaster" not in one]
    returned = letter.returned
    if not wanted and returned is not None and not returned.get("List-Id"):  # a list's address is nobody's
        wanted = [bare_address(str(returned.get("To", "")))]
    if not wanted:
        wanted = [bare_address(found[1]) for found in re.finditer(r"^To: (.+)$", letter.text, re.MULTILINE)][:1]
    return {one for one in wanted if "@" in one}


def _status(text: str) -> str:
    found = STATUS.search(text)
    return found[1] if found else ""


def _clean(found: Iterable[bytes]) -> set[str]:
    names = {one.decode("utf-8", "replace").strip("<>\"' .").lower() for one in found}
    return {one for one in names if is_address(one)}


def is_address(text: str) -> bool:
    """Whether mail could be sent to it; dots side by side are how lists hide addresses (RFC 5322, dot-atom)."""
    return bool(ADDRESS.fullmatch(text)) and ".." not in text
