"""What a telephone at the door keeps, and gives up: where networks hang, clocks go wrong, a door is over or shut."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Dialog, Route
from sqlalchemy import delete

from core.clock import FixedClock
from core.staff.tables import Grant
from tests.door.hall import COMING_IN, code, count, crowd, guest, keeper, listed, telephone, until
from tests.door.test_telephone import KEPT, SENT, held, scan
from tests.events.scene import ENDS, add_event
from tests.responses.scene import Scene
from tests.support.web import RunningWeb

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORKER = Path(__file__).parents[2] / "web" / "static" / "door-worker.js"

# The worker in a world of its own: a network that says nothing, timers that ring at once, a cache with one page.
IN_THE_WORKER = """([script, kept]) => new Promise(told => {
    const heard = {}, address = 'https://a.example/console/door/7', hanging = () => new Promise(() => {});
    const self = { location: new URL(address), addEventListener: (name, act) => { heard[name] = act; } };
    const caches = { match: () => Promise.resolve(kept ? 'the page that was kept' : undefined) };
    const network = kept ? hanging : () => new Promise(done => setTimeout(() => done({ ok: false }), 1));
    new Function('self', 'caches', 'fetch', 'setTimeout', 'clearTimeout', script)(
        self, caches, network, act => act(), () => 0);
    const request = { url: address, method: 'GET', mode: 'navigate' };
    heard.fetch({ request, respondWith: answer => answer.then(told) }); })"""


def test_a_network_that_says_nothing_is_none(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene)
    ada = guest(scene, event, name="Ada Rossa")
    clock.set(COMING_IN)
    with held(browser) as page:
        page.clock.install()
        telephone(page, web, keeper(web), event)
        hanging: list[Route] = []

        def hangs(route: Route) -> None:
            hanging.append(route)

        page.route("**/acts", hangs)
        scan(page, [code(web, ada, event)])
        with page.expect_request("**/acts"):
            page.evaluate("void door.sync()")
        page.clock.fast_forward(9_000)
        page.get_by_text("No connection").wait_for()
        page.unroute("**/acts")
        page.evaluate("void door.sync()")
        until(page, SENT)
        page.goto("about:blank")
        for kept, answer in ((True, "the page that was kept"), (False, {"ok": False})):
            assert page.evaluate(IN_THE_WORKER, [WORKER.read_text(), kept]) == answer
    assert hanging and count(web.deps.database, event).inside == 1


def test_taking_back_follows_letting_in_whatever_the_clock_says(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene)
    ada = guest(scene, event, name="Ada Rossa")
    clock.set(COMING_IN)
    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        scan(page, [code(web, ada, event)])
        until(page, SENT)
        clock.set(COMING_IN - timedelta(minutes=10))
        page.evaluate("door.sync()")
        with page.expect_request("**/acts") as asked:
            page.get_by_role("button", name="Take back").click()
        page.get_by_text("Taken back").wait_for()
        (out,) = json.loads(parse_qs(asked.value.post_data)["acts"][0])
        until(page, SENT)
        clock.set(COMING_IN + timedelta(minutes=1))  # the telephone is ten minutes behind until it hears from us
        page.get_by_role("searchbox").fill("ada")
        page.get_by_role("button", name="Ada Rossa").click()
        with page.expect_request("**/acts") as asked:
            page.get_by_role("button", name="Let in", exact=True).click()
        (again,) = json.loads(parse_qs(asked.value.post_data)["acts"][0])
        until(page, SENT)
        page.get_by_role("button", name="Register", exact=True).click()
        page.get_by_label("First name and surname").fill("Dora Blu")
        page.get_by_label("Read out: the person said yes").check()
        page.get_by_role("button", name="Register and let in").click()
        page.get_by_role("searchbox").fill("dora")
        until(page, SENT)
        page.get_by_role("button", name="Dora Blu").click()
        page.get_by_role("button", name="Take back").click()
        until(page, SENT)
        page.get_by_role("searchbox").fill("dora")
        page.get_by_text("Nobody has this in their name.").wait_for()
        assert page.evaluate(KEPT)[:2] == [1, 1], "nor is she on the disk"
    assert out["kind"] == "out" and datetime.fromisoformat(out["at"]) > COMING_IN
    assert datetime.fromisoformat(again["at"]) > COMING_IN, "nor is it before what took her back"
    assert list(listed(web.deps.database, event)) == [ada]
    assert count(web.deps.database, event).inside == 1


def test_the_list_is_taken_off_where_it_has_no_business_any_more(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    """After its time, while who came can still be noted; and where somebody may not stand there any more."""
    event, database = add_event(scene), web.deps.database
    ada, bruno = guest(scene, event, name="Ada Rossa"), guest(scene, event, name="Bruno Verdi")
    clock.set(COMING_IN)
    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        assert page.evaluate(KEPT)[:2] == [1, 2]
        problem = {"key": "k", "event": event, "text": "Dora Blu: no consent"}
        page.evaluate("one => doorStore.settle([], [one])", problem)
        clock.set(ENDS + timedelta(hours=25))
        for _ in range(2):
            page.reload()
            page.get_by_text("The event is over").wait_for()
            page.get_by_text("Dora Blu: no consent").wait_for()
        scan(page, [code(web, ada, event)])
        until(page, SENT)
        assert page.evaluate(KEPT)[:4] == [0, 0, 0, 1] and count(database, event).inside == 1
        page.get_by_role("button", name="Seen").click()
        page.get_by_text("Dora Blu: no consent").wait_for(state="detached")
        clock.set(COMING_IN)
        page.reload()
        page.locator("[data-kept]", has_text="2 people").wait_for()
        page.route("**/acts", lambda route: route.abort())
        scan(page, [code(web, bruno, event)])
        until(page, "() => door.waiting() === 1")
        database.write(lambda s: s.execute(delete(Grant)))
        page.reload()
        page.get_by_text("the list was taken off this telephone").wait_for()
        page.get_by_role("searchbox").fill("bruno")
        assert page.evaluate(KEPT)[:4] == [0, 0, 1, 0] and "Bruno" not in page.locator("main").inner_text()


def test_what_stands_between_takes_no_list_and_a_weak_network_carries_fewer(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene)
    people = crowd(scene, event, 4)
    clock.set(COMING_IN)
    sizes: list[int] = []
    between: dict[str, Callable[[Route], None]] = {
        "a page": lambda route: route.fulfill(status=404, body="<h1>Not here</h1>"),
        "its own words": lambda route: route.fulfill(status=403, body='{"status": 403}'),
    }

    def weak(route: Route) -> None:
        sizes.append(len(json.loads(parse_qs(route.request.post_data or "")["acts"][0])))
        if sizes[-1] == 1:
            route.continue_()

    with held(browser) as page:
        page.clock.install()
        telephone(page, web, keeper(web), event)
        for name, act in between.items():
            page.route("**/list*", act)
            page.evaluate("door.sync()")
            page.get_by_text("No connection").wait_for()
            assert page.evaluate(KEPT)[:2] == [1, 4], name
            page.unroute("**/list*")
        page.route("**/acts", lambda route: route.abort())
        scan(page, [code(web, one, event) for one in people])
        until(page, "() => door.waiting() === 4")
        page.unroute("**/acts")
        page.route("**/acts", weak)
        for _ in range(2):
            with page.expect_request("**/acts"):
                page.evaluate("void door.sync()")
            page.clock.fast_forward(9_000)
        until(page, "() => door.waiting() < 4")
    assert [one for number, one in enumerate(sizes) if one not in sizes[:number]] == [4, 2, 1]


def test_a_door_where_one_may_not_stand_any_more_holds_up_no_other_on_signing_out(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    """What was noted there stays, unless whoever signs out lets it go."""
    event = add_event(scene)
    people = crowd(scene, event, 2)
    clock.set(COMING_IN)
    email, asked = keeper(web), list[str]()

    def answers(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if len(asked) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    with held(browser) as page:
        page.on("dialog", answers)
        for person, left in zip(people, (1, 0), strict=True):
            telephone(page, web, email, event)
            if left:
                page.evaluate("doorStore.add({ event: 999, who: '9', name: 'Ada', act: { kind: 'in', key: 'y' } })")
            page.route("**/acts", lambda route: route.abort())
            scan(page, [code(web, person, event)])
            page.unroute("**/acts")
            page.goto(f"{web.url}/console/door")
            page.get_by_role("button", name="Sign out").click()
            page.get_by_role("heading", name="Sign in").wait_for()
            assert page.evaluate(KEPT)[2] == left
    assert asked == [asked[0]] * 2 and asked[0].startswith("1 things noted at a door cannot be sent")
    assert count(web.deps.database, event).inside == 2


def test_who_is_registered_with_a_connection_stays_on_the_card(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene)
    clock.set(COMING_IN)
    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        page.get_by_role("button", name="Register", exact=True).click()
        page.get_by_label("First name and surname").fill("Dora Blu")
        page.get_by_label("Read out: the person said yes").check()
        page.get_by_role("button", name="Register and let in").click()
        until(page, "() => door.inside() === 1 && door.waiting() === 0")
        page.evaluate("door.sync()")
        card = page.locator("[data-result]")
        assert "Registered and let in" in card.inner_text() and "Dora Blu" in card.inner_text()
        page.get_by_role("button", name="One more").first.click()
        until(page, "() => door.inside() === 2 && door.waiting() === 0")
        page.evaluate("door.sync()")
        assert count(web.deps.database, event).inside == 2 and "Dora Blu" in card.inner_text()
        page.get_by_role("button", name="Take back").click()
        until(page, "() => door.inside() === 0 && door.waiting() === 0")
        assert "Taken back" in card.inner_text()
    assert count(web.deps.database, event).inside == 0
