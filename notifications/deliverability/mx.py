"""Whether what comes back finds its way: the mail servers of the return address's domain (RFC 5321, section 5.1)."""

from __future__ import annotations

from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.deliverability.questions import Inquiry, Kind, Question, addresses_of
from notifications.deliverability.zone_lines import mx_line

CHECK = "mx"
SERVER = "<mail server>"

GOOD = Judgement(CHECK, State.OK, N_("Mails to {domain} go to {hosts}."))
NO_DOMAIN = Judgement(
    CHECK,
    State.WRONG,
    N_("The domain {domain} does not exist; large mail services refuse mails from it."),
    N_("Correct ASCOLTO_MAIL_FROM and ASCOLTO_RETURN_ADDRESS, or register the domain."),
)
MISSING = Judgement(
    CHECK,
    State.WRONG,
    N_("Nothing says where mails to {domain} go: bounces and answers are lost, and many receivers refuse your mails."),
    N_("Publish this record, with the name of the server that has the mailbox:"),
)
REFUSES = Judgement(
    CHECK,
    State.WRONG,
    N_("{domain} says that it takes no mails (RFC 7505): bounces and answers are lost."),
    N_("Publish this instead, with the name of the server that has the mailbox:"),
)
IMPLICIT = Judgement(
    CHECK,
    State.WARNING,
    N_("{domain} has no MX record; mails go to its own address, as to a web server."),
    N_("Publish this record, with the name of the server that has the mailbox:"),
)
NO_ADDRESS = Judgement(
    CHECK,
    State.WRONG,
    N_("{host}, where mails to {domain} go, has no address."),
    N_("Publish an A or AAAA record for it, or take it out of the MX records."),
)


def judge_mx(domain: str) -> Inquiry[list[Finding]]:
    """The domain of the envelope sender."""
    answer = yield Question(domain, Kind.MX)
    if not answer.exists:
        return [NO_DOMAIN.of(domain=domain)]
    if not answer.records:
        own = yield from addresses_of(domain)
        return [(IMPLICIT if own else MISSING).of(mx_line(domain, SERVER), domain=domain)]
    servers = [one.partition(" ") for one in sorted(answer.records, key=_preference)]
    hosts = [host for _, _, host in servers if host]
    if not hosts:
        return [REFUSES.of(mx_line(domain, SERVER), domain=domain)]
    found: list[Finding] = []
    for host in hosts:
        if not (yield from addresses_of(host)):
            found += [NO_ADDRESS.of(host=host, domain=domain)]
    return found or [GOOD.of(domain=domain, hosts=", ".join(hosts))]


def _preference(record: str) -> int:
    return int(record.partition(" ")[0])
