"""Counts a count sheet again by Schulze and Borda, on its own: standard library only, nothing of the product.

    python recount.py SHEET.csv [OPTION OPTION ...]

Without options those that the sheet's rule names.

Written from the rule's words, and by other ways than the product's: Schulze by asking for each strength who is still
reached over comparisons at least as strong, Borda by looking at each ballot.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

Ballot = tuple[int, list[set[str]]]


def read(path: Path, options: list[str]) -> list[Ballot]:
    """Ballots with how many are alike, each as sets of options, best first; those not named are last."""
    ballots = []
    for line in path.read_text("utf-8").splitlines():
        count, _, ranking = line.partition(",")
        if not count.isdigit() or ranking in ("none", "blank"):
            continue
        groups = [set(group.split("=")) for group in ranking.split(">")]
        rest = set(options) - set().union(*groups)
        ballots.append((int(count), [*groups, rest] if rest else groups))
    return ballots


def borda(ballots: list[Ballot], options: list[str]) -> dict[str, Fraction]:
    points = dict.fromkeys(options, Fraction())
    for count, groups in ballots:
        below = len(options)
        for group in groups:
            below -= len(group)
            for option in group:
                points[option] += count * (below + Fraction(len(group) - 1, 2))
    return points


def schulze(ballots: list[Ballot], options: list[str]) -> dict[tuple[str, str], int]:
    """The strength of the strongest path between any two."""
    prefer = {(one, other): 0 for one in options for other in options}
    for count, groups in ballots:
        for at, group in enumerate(groups):
            for lower in groups[at + 1 :]:
                for one in group:
                    for other in lower:
                        prefer[one, other] += count
    wins = {pair: votes for pair, votes in prefer.items() if votes > prefer[pair[::-1]]}
    strongest = dict.fromkeys(prefer, 0)
    for strength in sorted(set(wins.values())):
        for start in options:
            for end in reached(start, [pair for pair, votes in wins.items() if votes >= strength]):
                strongest[start, end] = strength
    return strongest


def reached(start: str, pairs: list[tuple[str, str]]) -> set[str]:
    found = {start}
    while more := {other for one, other in pairs if one in found} - found:
        found |= more
    return found - {start}


def options_of(path: Path) -> list[str]:
    """As the sheet's rule has them, which stands as JSON in one of the cells for machines."""
    for cell, *_ in csv.reader(path.read_text("utf-8").splitlines()):
        if cell.startswith("# rule: "):
            return list(json.loads(cell.removeprefix("# rule: "))["options"])
    raise SystemExit("the sheet states no rule")


def groups(options: list[str], is_behind: Callable[[str, str], bool]) -> list[list[str]]:
    """The best first: those behind nobody who is left, and so on."""
    left, found = list(options), []
    while left:
        found.append([one for one in left if not any(is_behind(one, other) for other in left)])
        left = [one for one in left if one not in found[-1]]
    return found


def recount(path: Path, options: list[str]) -> dict[str, object]:
    ballots = read(path, options)
    points = borda(ballots, options)
    paths = schulze(ballots, options)
    unbeaten = [one for one in options if all(paths[one, other] >= paths[other, one] for other in options)]
    return {
        "schulze": unbeaten,
        "borda": [one for one in options if points[one] == max(points.values())],
        "schulze_ranking": groups(options, lambda one, other: paths[other, one] > paths[one, other]),
        "borda_ranking": groups(options, lambda one, other: points[other] > points[one]),
        "points": {one: str(number) for one, number in points.items()},
        "paths": {f"{one}>{other}": votes for (one, other), votes in paths.items() if one != other},
    }


if __name__ == "__main__":
    sheet = Path(sys.argv[1])
    print(json.dumps(recount(sheet, sys.argv[2:] or options_of(sheet))))
