"""The form of a poll in the console: what it refuses, and that nothing typed is lost."""

from __future__ import annotations

import pytest

from tests.console.conftest import SignIn, scene, sign_in, web
from tests.dates.test_console import post
from tests.responses.scene import Scene

__all__ = ["scene", "sign_in", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # a page, not a query

PLAIN = {
    "kind": "single", "title-it": "Quali temi?", "title-en": "Which themes?", "options-it": "Parco\r\nPiazza",
    "options-en": "Park\r\nSquare", "secrecy": "named", "shown": "after_vote",
}  # fmt: skip


def lines(count: int) -> dict[str, str]:
    return {f"options-{code}": "\r\n".join(f"{code} {one}" for one in range(count)) for code in ("it", "en")}


def test_any_number_of_options_is_counted_and_too_many_are_refused(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    for page in (f"/console/processes/{scene.process_id}/polls/new", "/console/ask/bench"):
        for count in (41, 60, 79, 100, 20_000):
            refused = post(client, page, **PLAIN | lines(count))
            assert refused.status_code == 422 and "At most 40 options" in refused.text, (page, count)
            assert f"it {count - 1}\n" in refused.text.replace("\r", "").replace("</textarea>", "\n"), (
                "typed text stays"
            )
    kept = post(client, f"/console/processes/{scene.process_id}/polls/new", **PLAIN | lines(40))
    assert kept.status_code == 200 and "en 39" in kept.text, "forty may be offered, however long they are together"
