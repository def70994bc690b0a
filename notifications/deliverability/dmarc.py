"""What receivers do with mails that only pretend to be ours, and whether ours are told from them (RFC 7489)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.deliverability.questions import Inquiry, Kind, mail_domain, records
from notifications.deliverability.tags import NoTags, read_tags
from notifications.deliverability.zone_lines import txt_line

CHECK = "dmarc"
RECORD = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")  # section 6.6.3: what begins otherwise is no record
POLICIES = {"none", "quarantine", "reject"}
STRICT = "s"

GOOD = Judgement(CHECK, State.OK, N_("The DMARC record of {domain} is sound; its policy for forged mails: {policy}."))
MISSING = Judgement(
    CHECK,
    State.WRONG,
    N_("There is no DMARC record for {domain}; large mail services refuse many mails from such a domain."),
    N_("Publish this record, with an address that somebody reads:"),
)
SEVERAL = Judgement(
    CHECK,
    State.WRONG,
    N_("{domain} has {count} DMARC records; receivers take that for none at all."),
    N_("Leave one TXT record at {name} and delete the others."),
)
BROKEN = Judgement(
    CHECK,
    State.WRONG,
    N_('The DMARC record of {domain} cannot be used: "{text}".'),
    N_("Publish a record like this one instead:"),
)
ONLY_WATCHES = Judgement(
    CHECK,
    State.WARNING,
    N_("The DMARC record of {domain} only watches (p=none): forged mails reach their readers."),
    N_("When the reports show that all of your own mails pass, write p=quarantine, later p=reject."),
)
NO_REPORTS = Judgement(
    CHECK,
    State.WARNING,
    N_("The DMARC record of {domain} names nobody to report to: you would not know when your mails fail."),
    N_("Add a mailbox, as in rua=mailto:postmaster@{domain}."),
)
NO_MAILBOX = Judgement(
    CHECK,
    State.WARNING,
    N_('The DMARC record of {domain} sends its reports to "{place}", which is no mail address.'),
    N_("Write it as in rua=mailto:postmaster@{domain}."),
)
NOT_EXPECTED = Judgement(
    CHECK,
    State.WARNING,
    N_("The DMARC record of {domain} sends its reports to {place}, whose domain has not agreed to that; none arrive."),
    N_("Who runs that domain has to publish this, or name a mailbox of your own:"),
)
ALIGNED = Judgement(
    CHECK,
    State.OK,
    N_("The return address ({envelope}) and the sender ({domain}) are in line, so that SPF counts for DMARC."),
)
DKIM_ALONE = Judgement(
    CHECK,
    State.WARNING,
    N_("The return address ({envelope}) is not in line with the sender ({domain}): DMARC rests on DKIM alone."),
    N_("Choose an ASCOLTO_RETURN_ADDRESS in the sender's domain."),
)
NOT_ALIGNED = Judgement(
    CHECK,
    State.WRONG,
    N_("The return address ({envelope}) is not in line with the sender ({domain}), and mails are not signed here."),
    N_(
        "Choose an ASCOLTO_RETURN_ADDRESS in the sender's domain, or sign (ASCOLTO_DKIM_KEY). If the relay signs as "
        "{domain}, set ASCOLTO_DKIM_SELECTOR alone."
    ),
)
UNSURE = Judgement(
    CHECK,
    State.UNKNOWN,
    N_("Whether the return address ({envelope}) and the sender ({domain}) belong to one organisation cannot be told."),
    N_("Where they do not, DMARC rests on DKIM alone."),
)


@dataclass(frozen=True)
class Senders:
    """Whom mails say they are from: the visible domain, the envelope's, and whether DKIM speaks for the former."""

    visible: str
    envelope: str
    is_signed: bool


def judge_dmarc(senders: Senders) -> Inquiry[list[Finding]]:
    """The record that holds for the visible sender, and whether our mails pass by it (section 3.1)."""
    domain, found = yield from _discover(senders.visible)
    if not found:
        return [MISSING.of(_proposal(senders.visible), domain=senders.visible)]
    if len(found) > 1:
        return [SEVERAL.of(domain=domain, count=len(found), name=f"_dmarc.{domain}")]
    tags = _tags(found[0])
    policy = _policy(tags, inherited=domain != senders.visible)
    if policy not in POLICIES or tags.get("p", "").lower() not in POLICIES:
        return [BROKEN.of(_proposal(domain), domain=domain, text=found[0])]
    reports = yield from _judge_reports(domain, tags)
    watches = [ONLY_WATCHES.of(domain=domain)] if policy == "none" else []
    return [GOOD.of(domain=domain, policy=policy), *watches, *reports, _judge_alignment(senders, tags)]


def related(one: str, other: str) -> bool | None:
    """Whether two domains belong to one organisation; None where only the list of public suffixes could tell."""
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    return None if one.split(".")[-2:] == other.split(".")[-2:] else False


def _discover(domain: str) -> Inquiry[tuple[str, list[str]]]:
    """Where the record stands, and its texts.

    A domain without one has that of its organisation (section 6.6.3), here: of the next domain above it.
    """
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        at = ".".join(labels[start:])
        texts = yield from records(f"_dmarc.{at}", Kind.TXT)
        if found := [text for text in texts if RECORD.match(text)]:
            return at, found
    return domain, []


def _tags(text: str) -> Mapping[str, str]:
    try:
        return read_tags(text)
    except NoTags:
        return {}


def _policy(tags: Mapping[str, str], *, inherited: bool) -> str:
    """The policy for our domain: of one above it that for subdomains (section 6.3)."""
    return (tags.get("sp", "") if inherited else "").lower() or tags.get("p", "").lower()


def _judge_reports(domain: str, tags: Mapping[str, str]) -> Inquiry[list[Finding]]:
    """Whether anybody gets the reports (sections 6.2 and 7.1)."""
    places = [place.strip() for place in tags.get("rua", "").split(",") if place.strip()]
    findings = [] if places else [NO_REPORTS.of(domain=domain)]
    for place in places:
        scheme, _, address = place.partition(":")
        host = mail_domain(address.partition("!")[0])
        if scheme.lower() != "mailto" or not host:
            findings.append(NO_MAILBOX.of(domain=domain, place=place))
        elif related(host, domain) is False:
            name = f"{domain}._report._dmarc.{host}"
            texts = yield from records(name, Kind.TXT)
            if not any(RECORD.match(text) for text in texts):
                findings.append(NOT_EXPECTED.of(txt_line(name, "v=DMARC1"), domain=domain, place=place))
    return findings


def _judge_alignment(senders: Senders, tags: Mapping[str, str]) -> Finding:
    """Whether SPF, which looks at the envelope, counts (section 3.1.2); DKIM signs as the visible sender."""
    values = {"domain": senders.visible, "envelope": senders.envelope}
    same = senders.visible == senders.envelope
    is_strict = tags.get("aspf", "r").lower() == STRICT
    in_line = same if is_strict else related(senders.visible, senders.envelope)
    if in_line is None:
        return UNSURE.of(**values)
    if in_line:
        return ALIGNED.of(**values)
    return (DKIM_ALONE if senders.is_signed else NOT_ALIGNED).of(**values)


def _proposal(domain: str) -> str:
    return txt_line(f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}")
