"""The methods by which ballots are counted, and which ballots each takes."""

from __future__ import annotations

from enum import StrEnum

from core.i18n import N_
from surveys.polls.tally.ballots import May


class Method(StrEnum):
    PLURALITY = "plurality"
    APPROVAL = "approval"
    BORDA = "borda"
    IRV = "irv"
    SCHULZE = "schulze"
    RANKED_PAIRS = "ranked-pairs"
    COPELAND = "copeland"
    CONDORCET = "condorcet"
    DOTS = "dots"
    MEAN = "mean"


RANKED = frozenset({
    Method.PLURALITY, Method.BORDA, Method.IRV, Method.SCHULZE, Method.RANKED_PAIRS, Method.COPELAND, Method.CONDORCET,
})  # fmt: skip
"""They count rankings, and any of them can break a tie of another."""
COMPARING = RANKED - {Method.PLURALITY}
"""With them it is shown whether an option beats all others one by one."""

TITLES = {
    Method.PLURALITY: N_("Most first places (plurality)"),
    Method.APPROVAL: N_("Most approvals"),
    Method.BORDA: N_("Points by place (Borda)"),
    Method.IRV: N_("Instant-runoff"),
    Method.SCHULZE: N_("Strongest paths (Schulze)"),
    Method.RANKED_PAIRS: N_("Ranked pairs"),
    Method.COPELAND: N_("Most comparisons won (Copeland)"),
    Method.CONDORCET: N_("Who beats everybody (Condorcet)"),
    Method.DOTS: N_("Most points"),
    Method.MEAN: N_("Numbers on a scale"),
}

UNNAMED = N_("Options that a ballot does not name are last on it, alike.")
ONE_VOTE = N_(
    "Each ballot is one vote for the option that it places first; several placed first have equal parts of it."
)
MOST_VOTES = N_("The option with the most votes wins.")
MOST_POINTS = N_("The option with the most points wins.")
BELOW_OR_BESIDE = N_(
    "On each ballot an option gets one point for every option that stands below it, and half a point for every one "
    "that stands beside it."
)
GOES_ON = N_(
    "Each ballot then goes to the highest on it who is left; one that names nobody who is left counts no more."
)
COMPARED = N_("Any two options are compared: the one that more ballots place above the other beats it.")
STRENGTH = N_("A comparison is as strong as the number of ballots that are for its winner.")
RULES = {
    Method.PLURALITY: (ONE_VOTE, MOST_VOTES),
    Method.APPROVAL: (
        N_("Each option that a ballot names has one vote."),
        MOST_VOTES,
    ),
    Method.BORDA: (
        UNNAMED,
        BELOW_OR_BESIDE,
        MOST_POINTS,
    ),
    Method.IRV: (
        ONE_VOTE,
        N_("Whoever has the fewest votes leaves; where several have equally few, all of them leave together."),
        GOES_ON,
        N_("This goes on until one is left, or all left have equally many votes. Whoever leaves later stands higher."),
    ),
    Method.SCHULZE: (
        UNNAMED,
        COMPARED,
        STRENGTH,
        N_(
            "A path leads from an option to another over options of which each beats the next. It is as strong as its "
            "weakest comparison."
        ),
        N_(
            "An option stands before another if its strongest path to it is stronger than the strongest back. Those "
            "whom nobody stands before win."
        ),
    ),
    Method.RANKED_PAIRS: (
        UNNAMED,
        COMPARED,
        STRENGTH,
        N_(
            "The comparisons are kept from the strongest to the weakest; one that would close a circle with those kept "
            "is left out. Those whom nobody stands before in what was kept win."
        ),
        N_(
            "Where equally strong comparisons stand in each other's way, every order of them is tried, and each option "
            "has the best place that any gives it. Where more than {most} options beat one another in circles, equally "
            "strong comparisons that would close one are left out together."
        ),
    ),
    Method.COPELAND: (
        UNNAMED,
        COMPARED,
        N_("The option that wins the most comparisons, less those it loses, wins."),
    ),
    Method.CONDORCET: (
        UNNAMED,
        COMPARED,
        N_("An option that beats every other one wins; where there is none, nobody does."),
    ),
    Method.DOTS: (N_("Each ballot gives points to options."), MOST_POINTS),
    Method.MEAN: (
        N_("Each ballot is a number on the scale. Told are how often each was given, the mean and the median."),
    ),
}
WITHOUT = {
    May.RANK: {
        TITLES[Method.PLURALITY]: N_("Most votes"),
        ONE_VOTE: N_("Each ballot is one vote for the option that it names."),
    },
    May.ALIKE: {ONE_VOTE: N_("Each ballot is one vote for the option that it places first.")},
    May.LEAVE_OUT: {
        UNNAMED: "",
        BELOW_OR_BESIDE: N_("On each ballot an option gets one point for every option that stands below it."),
        GOES_ON: N_("Each ballot then goes to the highest on it who is left."),
    },
}
"""What is said instead where no ballot says such a thing; "" for nothing."""
