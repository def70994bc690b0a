"""What can be found about an SPF record."""

from __future__ import annotations

from core.findings import Finding, Judgement, State
from core.i18n import N_
from notifications.deliverability.relays import INSIDE, LOOK_OUTSIDE

CHECK = "spf"
MOST_LOOKUPS = 10  # RFC 7208, section 4.6.4
MOST_VOID = 2

GOOD = Judgement(
    CHECK, State.OK, N_("The SPF record of {domain} is sound and takes {count} of at most {most} look-ups.")
)
COVERED = Judgement(CHECK, State.OK, N_("The SPF record of {domain} allows {host} ({address})."))
MISSING = Judgement(
    CHECK,
    State.WRONG,
    N_("There is no SPF record for {domain}: receivers cannot tell our mails from forged ones."),
    N_(
        "Publish this record. Between v=spf1 and ~all stand the addresses your relay sends from; a provider names an "
        "include: instead."
    ),
)
MISSING_BESIDE = Judgement(
    CHECK,
    State.WARNING,
    N_(
        "There is no SPF record for {domain}. Receivers look at that of the return address, but others can forge yours."
    ),
    N_("If no mail has its envelope sender in this domain, publish this:"),
)
SEVERAL = Judgement(
    CHECK,
    State.WRONG,
    N_("{domain} has {count} SPF records; receivers take that for none at all."),
    N_("Leave one TXT record that begins with v=spf1, with what all of them allow, and delete the others."),
)
NOT_UNDERSTOOD = Judgement(
    CHECK,
    State.WRONG,
    N_('The SPF record of {domain} is not understood at "{term}"; receivers then take all of it for wrong.'),
    N_("Correct that part (RFC 7208), for instance ip4:198.51.100.7, include:spf.example.org or ~all."),
)
INCLUDED_MISSING = Judgement(
    CHECK,
    State.WRONG,
    N_("The SPF record of {domain} refers to {included}, which has no SPF record; receivers take all of it for wrong."),
    N_("Take that part out, or write the name that your provider gives today."),
)
CIRCLE = Judgement(
    CHECK,
    State.WRONG,
    N_("The SPF record of {domain} leads back to itself by way of {included}."),
    N_("Take that include: or redirect= out."),
)
TOO_MANY = Judgement(
    CHECK,
    State.WRONG,
    N_("The SPF record of {domain} takes {count} look-ups; receivers stop at {most} and take it for wrong."),
    N_("Take out what is not used any more, or write addresses (ip4:, ip6:) instead of names."),
)
TOO_MANY_HOSTS = Judgement(
    CHECK,
    State.WRONG,
    N_("In the SPF record of {domain}, mx stands for {host} with {count} mail servers; receivers stop at {most}."),
    N_("Write their addresses (ip4:, ip6:) instead of mx."),
)
EMPTY_NAMES = Judgement(
    CHECK,
    State.WRONG,
    N_("The SPF record of {domain} names {count} hosts without an address; after {most} receivers take it for wrong."),
    N_("Take these names out: {names}"),
)
ANYBODY = Judgement(
    CHECK,
    State.WRONG,
    N_("The SPF record of {domain} ends with +all: it allows everybody to send in your name."),
    N_("Publish this instead:"),
)
OPEN = Judgement(
    CHECK,
    State.WRONG,
    N_("The SPF record of {domain} allows every address to send in your name."),
    N_("Look for +all and for networks as wide as the world, also in what it includes, and take them out."),
)
NO_END = Judgement(
    CHECK,
    State.WARNING,
    N_("The SPF record of {domain} does not say what becomes of mails from elsewhere."),
    N_("It should end with ~all, or with -all. Publish this instead:"),
)
PTR = Judgement(
    CHECK,
    State.WARNING,
    N_("The SPF record of {domain} uses ptr, which is slow and which many receivers ignore."),
    N_("Write addresses instead (RFC 7208, section 5.5)."),
)
NOT_COVERED = Judgement(
    CHECK,
    State.WARNING,
    N_("The SPF record of {domain} does not allow {host} ({address})."),
    N_("Unless this relay hands mails on to others from another address, publish this instead:"),
)
UNCLEAR = Judgement(
    CHECK,
    State.UNKNOWN,
    N_("Whether the SPF record of {domain} allows {host} ({address}) depends on each mail, and cannot be told here."),
)
RELAY_INSIDE = Judgement(CHECK, State.UNKNOWN, INSIDE, LOOK_OUTSIDE)


class SpfFault(Exception):
    """What makes a whole record count for nothing (permerror, section 2.6.7)."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.check)
        self.finding = finding
