"""Playing values into a form file."""

from __future__ import annotations

from pathlib import Path

from surveys.xlsform.trace import trace_json

TABLE = """
| survey | type | name | label::Italiano (it) | label::English (en) | relevant | required | constraint |
| | select_one yn | ok | Bene? | Well? | | yes | |
| | integer | n | Quanti, ${ok}? | How many, ${ok}? | ${ok} = 'si' | yes | . < 10 |
| | select_multiple yn | m | M | M | | | |
| choices | list_name | name | label::Italiano (it) | label::English (en) |
| | yn | si | Sì | Yes |
| | yn | no | No | No |
"""


def test_outcomes_nodes_and_violations(tmp_path: Path) -> None:
    path = tmp_path / "form.md"
    path.write_text(TABLE, "utf-8")
    steps = [
        ["set", "/data/n", "3"], ["set", "/data/ok", "si"], ["set", "/data/n", "12"], ["set", "/data/n", "x"],
        ["set", "/data/m", "no zz"], ["set", "/data/m", "no si"], ["set", "/data/zz", "1"], ["language", "en", ""],
    ]  # fmt: skip
    told = trace_json(path, {"now": "2026-03-02T10:00:00+01:00", "steps": steps})
    assert told["outcomes"] == [
        "not-relevant", "ok", "constraint", "not-a-number", "not-offered", "ok", "unknown", "ok",
    ]  # fmt: skip
    assert told["violations"] == [["/data/n", "required"]]
    assert told["complete"] is False
    nodes = {node["ref"]: node for node in told["nodes"]}
    assert nodes["/data/n"] == {
        "ref": "/data/n", "relevant": True, "required": True, "readonly": False, "label": "How many, si?", "value": "",
    }  # fmt: skip
    assert nodes["/data/ok"]["options"] == [["si", "Yes"], ["no", "No"]]
    assert nodes["/data/m"]["value"] == "no si"
