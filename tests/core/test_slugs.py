"""Short names of what has a title."""

from __future__ import annotations

import pytest

from core.slugs import LONGEST, free_slug, slug_from


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Più alberi, dove?", "piu-alberi-dove"), ("L’Été à l’école", "l-ete-a-l-ecole"), ("  2 + 2 = 4  ", "2-2-4"),
        ("🌳", "poll"), ("", "poll"), ("x" * 49 + " y", "x" * 49),
    ],
)  # fmt: skip
def test_a_short_name_keeps_the_letters_of_a_title(title: str, slug: str) -> None:
    assert slug_from(title, "poll") == slug and len(slug) <= LONGEST


def test_a_short_name_that_is_taken_has_the_first_free_number() -> None:
    assert free_slug("park", []) == "park"
    assert free_slug("park", ["park", "park-3"]) == "park-2"
    assert free_slug("park", {"park", "park-2", "park-3"}) == "park-4"
