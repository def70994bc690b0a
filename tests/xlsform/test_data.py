"""Lists from files beside a form, and what is told of those missing or broken."""

from __future__ import annotations

import pytest

from surveys.engine.dialogue import resume, start
from surveys.engine.inputs import Answer
from surveys.engine.prompts import QuestionPrompt
from surveys.engine.show import answers, prompts
from surveys.xlsform.compile import Compiled, compile_form, compile_xform
from surveys.xlsform.errors import FormErrors
from tests.support.forms import NOW

FORM = """
| survey | type | name | label | calculation | choice_filter | parameters |
| | select_one_from_file towns.csv | town | Town? | | zone = 'north' | value=code label=title |
| | select_one_from_file stops.geojson | stop | Stop? | | | |
| | calculate | people | | pulldata('towns', 'people', 'code', ${town}) | | |
| | calculate | where | | instance('stops')/root/item[id = ${stop}]/geometry | | |
"""
TOWNS = "\ufeffcode;title;zone;people\nt1;Prova Alta;north;900\nt2;Prova Bassa;south;1200\nt3;Prova;north;\n".encode()
STOPS = b"""{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "f1",
"properties": {"title": "Piazza"}, "geometry": {"type": "Point", "coordinates": [7.68, 45.07]}}]}"""


def compiled(**files: bytes) -> Compiled:
    named = {name.replace("_", "."): data for name, data in files.items()}
    return compile_form(FORM.encode(), "f.md", name="form", version=1, files=named)


def test_lists_come_from_files_and_stand_in_what_is_published() -> None:
    found = compiled(towns_csv=TOWNS, stops_geojson=STOPS)
    assert found.warnings == ()
    assert found.stumbles == ()
    for form in (found.form, compile_xform(found.xform, name="form", version=1)):
        session, _ = start(form, "it", NOW)
        prompt = prompts(form, session, NOW)[0]
        assert isinstance(prompt, QuestionPrompt)
        assert [(one.value, one.label) for one in prompt.options] == [("t1", "Prova Alta"), ("t3", "Prova")]
        session, _ = resume(form, session, Answer("/data/town", "t1"), NOW)
        session, _ = resume(form, session, Answer("/data/stop", "f1"), NOW)
        assert answers(form, session, NOW) == {
            "/data/town": "t1", "/data/stop": "f1", "/data/people": "900", "/data/where": "45.07 7.68 0 0",
        }  # fmt: skip


def test_a_missing_file_is_told_and_stops_publication() -> None:
    alone = "\n".join(line for line in FORM.splitlines() if "instance" not in line)
    found = compile_form(alone.encode(), "f.md", name="form", version=1, files={"towns.csv": TOWNS})
    assert [dict(one.values) for one in found.warnings] == [{"name": "stops.geojson"}]
    assert [dict(one.values) for one in found.stumbles] == [{"name": "stop"}]
    assert any(one.name == "stop" for one in found.form.questions())


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\xfe\x00",
        b"[]",
        b'{"features": 3}',
        b'{"features": [3]}',
        b"[" * 100_000,
        b'{"features": [{"geometry": 7}]}',
    ],
)
def test_a_broken_file_is_named(broken: bytes) -> None:
    with pytest.raises(FormErrors, match=r"stops\.geojson"):
        compiled(towns_csv=TOWNS, stops_geojson=broken)


def test_a_file_has_its_limits() -> None:
    rows = b"code,title\n" + b"a,b\n" * 50_001
    with pytest.raises(FormErrors, match="too many rows"):
        compiled(towns_csv=rows, stops_geojson=STOPS)
