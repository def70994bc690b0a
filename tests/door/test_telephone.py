"""The door on real telephones: three hundred people, two doors, a network that goes away, a sign-in that ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import delete, func, select

from core.clock import FixedClock
from core.links import Purpose
from core.process.door.codes import code_for, picture
from core.process.door.tables import DoorAct
from core.staff.tables import StaffSession
from tests.door.hall import COMING_IN, PASSWORD, code, come, count, crowd, guest, keeper, listed, telephone, until
from tests.events.scene import ENDS, add_event
from tests.responses.scene import Scene
from tests.support.browser import ARGUMENTS, executable, overflow, violations
from tests.support.web import RunningWeb

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SENT = "() => door.waiting() === 0"
KEPT = """() => new Promise(done => { const asked = indexedDB.open('ascolto-door'); asked.onsuccess = () => {
    const base = asked.result, all = ['events', 'people', 'queue', 'problems'].map(name => new Promise(told => {
        const counted = base.transaction(name).objectStore(name).count();
        counted.onsuccess = () => told(counted.result); }));
    Promise.all(all).then(async counts => { base.close(); done([...counts, (await caches.keys()).length]); }); }; })"""

# The last of what waits was agreed to by a text that this service did not write.
SPOIL = """() => new Promise(done => { const asked = indexedDB.open('ascolto-door'); asked.onsuccess = () => {
    const base = asked.result, queue = base.transaction('queue', 'readwrite').objectStore('queue');
    queue.getAll().onsuccess = got => { const last = got.target.result.pop(); last.act.consent = 'another';
        queue.put(last).onsuccess = () => { base.close(); done(); }; }; }; })"""


@contextmanager
def held(browser: Browser) -> Iterator[Page]:
    """A telephone in somebody's hand."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", has_touch=True)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def scan(page: Page, codes: list[str]) -> None:
    """One code after the other, as fast as the page can: the function that the camera calls."""
    page.evaluate("async codes => { for (const one of codes) await door.scanned(one); }", codes)


def test_three_hundred_come_in_by_two_doors_and_the_network_goes_half_way(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene)
    people = crowd(scene, event, 300)
    codes = [code(web, one, event) for one in people]
    clock.set(COMING_IN)
    with held(browser) as north, held(browser) as south:
        for page, name in ((north, "north"), (south, "south")):
            telephone(page, web, keeper(web, name=name), event)
        scan(north, codes[:80])
        scan(south, codes[80:149])
        until(north, SENT)
        until(south, SENT)
        scan(south, codes[149:150])
        until(south, SENT)
        scan(south, codes[:1])
        assert "Already in at 09:42" in south.locator("[data-result]").inner_text(), (
            "what the other door did came along"
        )
        lost = []

        def loses_the_answer(route: Route) -> None:
            lost.append(route.fetch().status)  # what was sent arrived
            route.abort()

        north.route("**/acts", loses_the_answer, times=1)
        scan(north, codes[150:170])
        until(north, SENT)
        assert lost == [200]
        north.context.set_offline(True)
        scan(north, codes[170:240])
        north.reload()
        until(north, "() => window.door && door.waiting() >= 70")
        scan(north, [*codes[240:250], codes[100], codes[0]])
        assert "Already in at 09:42" in north.locator("[data-result]").inner_text()
        scan(south, [*codes[240:300], codes[170], codes[100]])
        assert "Already in at 09:42" in south.locator("[data-result]").inner_text()
        north.context.set_offline(False)
        for page in (north, south):
            page.evaluate("door.sync()")
            until(page, SENT)
        told = north.locator("[data-problems]").inner_text()
        assert "Guest 245: already in at 09:42" in told and "Guest 100" not in told and "Guest 000" not in told
        north.evaluate("door.sync()")
        until(north, "() => door.inside() === 300")
    assert (count(web.deps.database, event).inside, count(web.deps.database, event).people) == (300, 300)
    one_each = select(func.count(), func.count(DoorAct.participant_id.distinct())).where(DoorAct.outcome == "in")
    assert tuple(web.deps.database.read(lambda s: s.execute(one_each).one())) == (300, 300)


def test_a_sign_in_that_ends_meanwhile_loses_nothing_and_signing_out_clears_the_telephone(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event, database = add_event(scene), web.deps.database
    ada, bruno = guest(scene, event, name="Ada Rossa"), guest(scene, event, name="Bruno Verdi")
    clock.set(COMING_IN)
    with held(browser) as page:
        email = keeper(web)
        telephone(page, web, email, event)
        page.context.set_offline(True)
        scan(page, [code(web, ada, event)])
        page.get_by_role("button", name="Register", exact=True).click()
        page.get_by_label("First name and surname").fill("Dora Blu")
        page.get_by_role("button", name="Register and let in").click()
        assert page.get_by_text("Please ask for consent").is_visible(), "not without"
        page.get_by_label("Read out: the person said yes").check()
        page.get_by_role("button", name="Register and let in").click()
        page.get_by_text("Registered and let in").first.wait_for()
        page.get_by_role("button", name="One more").first.click()
        database.write(lambda s: s.execute(delete(StaffSession)))
        page.context.set_offline(False)
        page.evaluate("door.sync()")
        page.get_by_text("Your sign-in has ended").wait_for()
        assert page.evaluate("door.waiting()") == 3 and count(database, event).inside == 0
        page.get_by_role("link", name="Sign in").click()
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        until(page, "() => window.door && door.waiting() === 0 && door.inside() === 3")
        assert count(database, event).inside == 3 and count(database, event).walk_ins == 1
        page.route("**/acts", lambda route: route.abort())
        scan(page, [code(web, bruno, event)])
        page.unroute("**/acts")
        page.goto(f"{web.url}/console/door")
        assert page.evaluate(KEPT)[:3] == [1, 3, 1]
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert page.evaluate(KEPT) == [0] * 5
        assert count(database, event).inside == 4


def test_who_is_refused_while_signing_out_is_shown_before(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene)
    clock.set(COMING_IN)
    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        page.route("**/acts", lambda route: route.abort())
        page.get_by_role("button", name="Register", exact=True).click()
        page.get_by_label("First name and surname").fill("Elio Blu")
        page.get_by_label("Read out: the person said yes").check()
        page.get_by_role("button", name="Register and let in").click()
        page.get_by_text("Registered and let in").first.wait_for()
        page.evaluate(SPOIL)
        page.unroute("**/acts")
        page.goto(f"{web.url}/console/door")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("Elio Blu:").wait_for()
        page.goto(f"{web.url}/console/door")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert page.evaluate(KEPT) == [0] * 5 and count(web.deps.database, event).inside == 0


def test_people_are_found_by_name_and_let_in_or_not(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene, companions=3, asks_needs=True, seats={"in-person": 4})
    noemi = guest(scene, event, name="Noémie Làvina-Ørsted", companions=1, needs="A place for a wheelchair")
    bruno = guest(scene, event, "no", name="Bruno Verdi")
    guest(scene, event, name="Carla Neri")
    clock.set(COMING_IN)
    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        page.context.set_offline(True)
        page.get_by_role("searchbox").fill("lavi noe")
        assert page.locator("[data-found] li").all_inner_texts() == ["Noémie Làvina-Ørsted\nis expected"]
        page.keyboard.press("Enter")
        result = page.locator("[data-result]")
        assert "A place for a wheelchair" in result.inner_text()
        page.get_by_role("button", name="One more").first.click()
        page.get_by_role("button", name="Let in", exact=True).focus()
        page.keyboard.press("Enter")
        page.locator("[data-result][data-kind=good]").wait_for()
        scan(page, [code(web, bruno, event)])
        assert "Please decide" in result.inner_text() and "said that they do not come" in result.inner_text()
        assert violations(page) == [] and overflow(page) <= 0
        page.get_by_role("button", name="Do not let in").click()
        page.get_by_role("searchbox").fill("bruno")
        page.get_by_role("button", name="Bruno Verdi").click()
        page.get_by_role("button", name="Let in all the same").click()
        page.locator("[data-result][data-kind=good]").wait_for()
        scan(page, [code(web, noemi, event)])
        page.get_by_role("button", name="Take back").click()
        page.get_by_text("Taken back").wait_for()
        page.context.set_offline(False)
        page.evaluate("door.sync()")
        until(page, SENT)
    found = listed(web.deps.database, event)
    assert (found[noemi].came, found[bruno].came) == ("", "in-person")


def test_a_full_hall_is_said_and_the_door_decides(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene, companions=3, seats={"in-person": 4})
    noemi = guest(scene, event, name="Noémie Làvina", companions=1)
    guest(scene, event, name="Carla Neri")
    clock.set(COMING_IN)
    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        result = page.locator("[data-result]")
        late = guest(scene, event, "no", name="Late Reply")
        scan(page, [code(web, late, event)])
        assert "said that they do not come" in result.inner_text(), "who replied after the list was loaded is found too"
        come(web.deps.database, event, noemi, along=3, key="elsewhere")
        page.evaluate("door.sync()")
        until(page, "() => door.inside() === 4")
        page.get_by_role("searchbox").fill("carla")
        page.get_by_role("button", name="Carla Neri").click()
        assert "The hall has 4 places, and 4 people are in." in result.inner_text()
        scan(page, ["https://example.org/door/nonsense"])
        assert "Not a code of this event" in result.inner_text()
        page.get_by_role("button", name="Register", exact=True).click()
        assert "4 people are in" in page.locator("dialog").inner_text(), "whoever stands here sees it and decides"
        assert violations(page) == [] and overflow(page) <= 0


def test_a_picture_of_a_code_is_read_on_the_telephone(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock, tmp_path: Path
) -> None:
    """By a picture that is chosen, and by a camera that sees nothing else."""
    event = add_event(scene)
    ada, bruno = guest(scene, event, name="Ada Rossa"), guest(scene, event, name="Bruno Verdi")
    clock.set(COMING_IN)
    film = tmp_path / "camera.y4m"
    film.write_bytes(filmed(code(web, bruno, event)))
    camera = (
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )  # fmt: skip
    launched = browser.browser_type.launch(executable_path=executable(), args=[*ARGUMENTS, *camera])
    with held(launched) as page:
        telephone(page, web, keeper(web), event)
        page.get_by_text("No camera here?").click()
        file = {"name": "code.png", "mimeType": "image/png", "buffer": picture(code(web, ada, event))}
        page.get_by_label("Picture of the code").set_input_files(file)  # type: ignore[arg-type]
        page.locator("[data-result][data-kind=good]", has_text="Ada Rossa").wait_for()
        page.get_by_role("button", name="Start the camera").click()
        page.locator("[data-result][data-kind=good]", has_text="Bruno Verdi").wait_for()
        page.get_by_role("button", name="Stop the camera").click()
        until(page, SENT)
    launched.close()
    assert count(web.deps.database, event).people == 2


def filmed(text: str, width: int = 640, height: int = 480) -> bytes:
    """A film of one picture (YUV4MPEG2, 4:2:0): the code on grey, a little off the middle."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(scale=6, border=4)]
    luma = bytearray(b"\xc8" * width * height)
    for number, row in enumerate(rows):
        place = (number + 40) * width + 90
        luma[place : place + len(row)] = bytes(16 if dark else 235 for dark in row)
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (width * height // 2)
    return f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2


def test_what_a_telephone_keeps_goes_after_the_event(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene)
    guest(scene, event, name="Ada Rossa")
    clock.set(COMING_IN)
    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        assert page.evaluate(KEPT)[:2] == [1, 1]
        old = json.dumps({"ends": "2023-07-19T07:00:00+00:00"})
        page.evaluate(
            """ends => doorStore.list(Number(document.body.dataset.door)).then(list => {
                list.event.ends = JSON.parse(ends).ends; return doorStore.keepList(list, [], []); })""",
            old,
        )
        page.goto(f"{web.url}/console")
        page.wait_for_function(f"() => ({KEPT})().then(counts => counts[0] + counts[1] === 0)")


def test_the_pages_around_the_door_are_accessible_and_fit_a_telephone(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event = add_event(scene, companions=3, asks_needs=True, seats={"in-person": 4}, address="Corso Inghilterra 7")
    ada = guest(scene, event, name="Ada Rossa", companions=2, needs="A place for a wheelchair")
    bruno = guest(scene, event, "online", name="Bruno Verdi")
    come(web.deps.database, event, ada, along=2)
    clock.set(COMING_IN)
    meeting = b"Name,Email,Duration\nBruno Verdi,,30\nNobody Known,nobody@example.org,30\n"
    with held(browser) as page:
        telephone(page, web, keeper(web, "organiser"), event)
        here = f"/console/events/{event}"
        invitations = [f"/events/{web.link(Purpose.RSVP, one, event)}" for one in (ada, bruno)]
        door = code(web, ada, event).removeprefix(web.url)
        before = (here, f"{here}/came/list?who=expected", "/console/door", door, *invitations)
        for moment, paths in ((COMING_IN, before), (ENDS, (f"{here}/came", invitations[0]))):
            clock.set(moment)
            for path in paths:
                page.goto(web.url + path)
                assert violations(page) == [], path
                assert overflow(page) <= 0, path
        page.goto(f"{web.url}{here}/came/import")
        page.get_by_label("The list (CSV)").set_input_files({"name": "a", "mimeType": "text/csv", "buffer": meeting})
        page.get_by_role("button", name="Look at the list").click()
        page.get_by_role("heading", name="Found by name alone (1)").wait_for()
        assert violations(page) == [] and overflow(page) <= 0
        page.get_by_label("it is them – Bruno Verdi").check()
        page.get_by_role("button", name="Note those who are ticked").click()
        page.get_by_text("Newly noted: 1.").wait_for()
        page.goto(web.url + invitations[0])
        with page.expect_download() as begun:
            page.get_by_role("link", name="Certificate of attendance (PDF)").click()
        assert begun.value.suggested_filename == "launch.pdf"


def test_an_act_that_the_server_trips_over_holds_up_no_other(
    scene: Scene, web: RunningWeb, browser: Browser, clock: FixedClock
) -> None:
    event, database = add_event(scene), web.deps.database
    people = [guest(scene, event, name=f"Guest {number}") for number in range(3)]
    clock.set(COMING_IN)
    codes = [code(web, one, event) for one in people]
    bad = code_for(web.deps.links, people[0], event)

    def trips(route: Route) -> None:
        if bad in (route.request.post_data or ""):
            route.fulfill(status=500)
        else:
            route.continue_()

    with held(browser) as page:
        telephone(page, web, keeper(web), event)
        page.route("**/acts", trips)
        page.context.set_offline(True)
        scan(page, codes)
        page.context.set_offline(False)
        page.evaluate("door.sync()")
        until(page, "() => door.waiting() === 1")
        assert count(database, event).inside == 2
        page.unroute("**/acts")
        page.evaluate("door.sync()")
        until(page, SENT)
    assert count(database, event).inside == 3
