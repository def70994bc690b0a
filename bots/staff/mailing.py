"""A mailing's page in the chat: counts, who is left out and why, samples, when it ends, and what can be done.

Buttons: `mailing:<id>` opens the page, `sample:<id>:<language>:<channel>` shows what people read,
`ask:<act>:<id>:<seen>` asks once more, `do:<act>:<id>:<seen>` acts. `seen` is a digest of how the mailing stood when
it was shown: a press on an old button changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.screen import Key, Screen, plain
from bots.staff.poll_words import options_in, told_of
from bots.staff.talk import Reply, Talk, fitted, key, moment
from bots.staff.today import MAILING, TODAY, by_channel, doubts_page, subject_of
from core.i18n import LANGUAGE_NAMES, N_, Translator, pick_text
from core.ids import read_id
from core.people.channels import CHANNELS as WAYS
from core.people.channels import EMAIL
from core.staff.errors import NothingHere
from notifications.ledger.revision import MailingChanged
from notifications.ledger.states import MAILING_STATE_NAMES, MailingState
from notifications.planning.obstacles import CAUSE_NAMES, Cause
from notifications.planning.outlook import PAST_NAMES
from notifications.review.acting import Wish, do_seen, seen_of
from notifications.review.asking import WHY
from notifications.review.offers import ASKED, DONE, OPENS, Offer
from notifications.review.review import Review, load_review
from notifications.review.store import READS, find_mailing
from notifications.review.what_to_do import what_to_do
from notifications.sending.sample import Reader, sample_of
from notifications.words import CHANNELS, REASONS, STATES, say_refusal, word

SAMPLE, ASK, DO = "sample", "ask", "do"
SOMEBODY = "Maria Rossi"
LONGEST_SAMPLE = 3000
TO_BE_RELEASED = {MailingState.DRAFT, MailingState.PAUSED}  # what a time that has passed is told of
OPTIONS_SHOWN = 1000  # UTF-16 units of a message
STOP = Offer("cancel", N_("Stop for good"))


def open_mailing(talk: Talk, value: str) -> Reply:
    """Raises NothingHere."""
    return Reply((_page(talk, _number(value)),))


def show_sample(talk: Talk, value: str) -> Reply:
    """What somebody invented would read; raises NothingHere."""
    number, _, rest = value.partition(":")
    language, _, channel = rest.partition(":")
    mailing = find_mailing(talk.session, talk.staff, _number(number), *READS)
    if language not in mailing.subjects or channel not in WAYS:
        raise NothingHere
    sample = sample_of(talk.session, mailing.id, Reader(SOMEBODY, language), talk.judging.voice)
    t = talk.t
    heading = f"<b>{LANGUAGE_NAMES.get(language, language)}, {word(CHANNELS, channel, t)}</b>"
    if channel == EMAIL:
        told = f"<b>{plain(sample.subject, 300)}</b>\n\n{plain(sample.plain, LONGEST_SAMPLE)}"
        told += "".join(f"\n📎 {plain(one.name, 100)}" for one in sample.attachments)
        return Reply((Screen(f"{heading}\n\n{told}", _back(talk, mailing.id)),), below=True)
    texts = [part.text for part in sample.chat.parts if part.text]
    labels = "\n".join(f"[ {plain(one.label, 100)} ]" for part in sample.chat.parts for one in part.buttons)
    screens = [Screen(heading), *(Screen(text) for text in texts)]
    return Reply((*screens, Screen(labels or "–", _back(talk, mailing.id))), below=True)


def ask_again(talk: Talk, value: str) -> Reply:
    """The confirming second tap; raises NothingHere, MailingChanged."""
    name, mailing_id, seen = _wish(value)
    found = load_review(talk.session, talk.staff, mailing_id, talk.judging, talk.now)
    if seen_of(talk.session, mailing_id) != seen:
        raise MailingChanged
    offer = next((one for one in _offers(found) if one.name == name), None)
    if offer is None or offer.why:
        return Reply((_page(talk, mailing_id),), toast=talk.t(offer.why) if offer else "")
    t = talk.t
    told = [*_poll(found, t), *_opening(found, t)] if name == "release" else []
    asked = OPENS if name == "release" and found.along is not None else ASKED[name]
    lines = [f"<b>{plain(subject_of(found.mailing, t), 200)}</b>", *_people(found, t), *told, t(asked)]
    keys = (
        (key(f"✅ {t('Yes: {act}', act=t(offer.label))}", DO, name, mailing_id, seen),),
        (key(t("No, leave it as it is"), MAILING, mailing_id),),
    )
    return Reply((Screen("\n\n".join(lines), keys),))


def act(talk: Talk, value: str) -> Reply:
    """Does what was confirmed; raises what `do_seen` raises."""
    name, mailing_id, seen = _wish(value)
    counted = do_seen(talk.session, talk.staff, Wish(name, mailing_id, seen), talk.judging.rules, talk.now)
    told = talk.t(DONE[name])
    if "people" in counted:
        told += " " + talk.t.n("{count} person", "{count} people", counted["people"])
    return Reply((_page(talk, mailing_id),), toast=told)


def _page(talk: Talk, mailing_id: int) -> Screen:
    found, t = load_review(talk.session, talk.staff, mailing_id, talk.judging, talk.now), talk.t
    process, mailing = found.process, found.mailing
    title = plain(pick_text(process.title, t.language), 150)
    lines = [
        f"<b>{plain(subject_of(mailing, t), 200)}</b>\n{title} – {plain(process.office, 100)}",
        t("State: {state}", state=t(MAILING_STATE_NAMES[mailing.state])),
        *_times(talk, found),
        *_people(found, t),
    ]
    lines += _poll(found, t)
    if found.author:
        lines.append(t("Written by {name}", name=plain(found.author, 100)))
    for one in found.obstacles:
        detail = f" ({plain(one.detail, 200)})" if one.detail else ""
        todo = what_to_do(found, one.cause)
        lines.append(f"⚠️ {t(CAUSE_NAMES[one.cause])}{detail}" + (f" {t(todo)}" if todo else ""))
        if one.cause is Cause.IN_DOUBT:
            lines.append(f"{talk.urls.public}{doubts_page(mailing_id)}")
    lines += [f"– {t(offer.label)}{t.colon} {t(offer.why)}" for offer in _offers(found) if offer.why]
    return Screen(fitted(lines), tuple(_keys(talk, found)))


def _keys(talk: Talk, found: Review) -> Iterator[tuple[Key, ...]]:
    t, number = talk.t, found.mailing.id
    seen = seen_of(talk.session, number)
    for offer in _offers(found):
        if not offer.why:
            yield (key(f"{'▶️' if offer.main else '•'} {t(offer.label)}", ASK, offer.name, number, seen),)
    for language in sorted(found.mailing.subjects):
        yield tuple(
            key(f"👁 {language.upper()} {word(CHANNELS, channel, t)}", SAMPLE, number, language, channel)
            for channel in WAYS
        )
    yield (key(f"🔄 {t('As it is now')}", MAILING, number), key(f"← {t('Today')}", TODAY))


def _offers(found: Review) -> list[Offer]:
    return [*found.offers, *([STOP] if found.may_stop else [])]


def _times(talk: Talk, found: Review) -> Iterator[str]:
    t, zone = talk.t, found.process.time_zone
    if found.outlook is not None:
        yield t("Leaves: {moment}", moment=moment(found.outlook.first_at, zone, t.language))
        if found.outlook.past and found.mailing.state in TO_BE_RELEASED:
            yield f"⚠️ {t(PAST_NAMES[found.outlook.past])}"
    if found.ends is not None:
        yield t("The last leaves about {moment}", moment=moment(found.ends, zone, t.language))


def _poll(found: Review, t: Translator) -> Iterator[str]:
    """What is asked, where the mailing is about a poll, and what is to be thought of."""
    poll = found.poll
    if poll is None:
        return
    if found.doubt:
        yield f"⚠️ {t(found.doubt)}"
    title = f"🗳 <b>{plain(poll.title_in(t.language) or poll.slug, 300)}</b>"
    yield "\n".join([title, *options_in(poll.definition, t.language, OPTIONS_SHOWN, t)])
    yield "\n".join(told_of(poll.definition, t, poll.code))
    yield t(WHY[poll.definition.secrecy.value])
    if poll.closes_at is not None:
        yield t("Closes: {moment}", moment=moment(poll.closes_at, poll.time_zone, t.language))


def _opening(found: Review, t: Translator) -> Iterator[str]:
    """What the release takes along."""
    if found.along is None:
        return
    yield f"⚠️ {t('With the invitation the poll opens: from then on nothing of it can be changed.')}"
    if found.along.result is not None:
        yield t("The message with the result is released with it, and leaves after the close.")
    elif found.along.apart is not None:
        yield t("The message with the result was written by somebody else, and has to be released by itself.")


def _people(found: Review, t: Translator) -> Iterator[str]:
    """How many would get it or what became of it, and who is left out and why."""
    counts = found.preview.counts if found.preview is not None else found.counts
    if found.preview is not None:
        ways: dict[str, int] = {}
        for one in found.preview.readers:
            ways[one.channel] = ways.get(one.channel, 0) + one.people
        would = t.n("{count} person would get it", "{count} people would get it", found.preview.people)
        yield f"{would}: {by_channel(ways, t)}" if ways else would
        if found.preview.refusal:
            yield f"⚠️ {say_refusal(found.preview.refusal, t)}"
    else:
        states: dict[str, int] = {}
        for count in counts:
            states[count.state] = states.get(count.state, 0) + count.people
        yield "\n".join(f"{word(STATES, name, t)}: {people}" for name, people in states.items())
    left = [f"– {word(REASONS, one.reason, t)}: {one.people}" for one in counts if one.reason]
    if left:
        yield "\n".join([t("Not written to, or in vain:"), *left])


def _back(talk: Talk, mailing_id: int) -> tuple[tuple[Key, ...], ...]:
    return ((key(f"← {talk.t('Back to the mailing')}", MAILING, mailing_id),),)


def _wish(value: str) -> tuple[str, int, str]:
    name, number, seen = f"{value}::".split(":")[:3]
    if name not in ASKED:
        raise NothingHere
    return name, _number(number), seen


def _number(text: str) -> int:
    found = read_id(text)
    if found is None:
        raise NothingHere
    return found
