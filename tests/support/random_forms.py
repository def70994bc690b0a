"""Forms as nobody would write them: random types, conditions, groups and repeats, legal all the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

KINDS = (
    "text", "integer", "decimal", "select_one l", "select_multiple l", "rank l", "date", "range", "note", "acknowledge",
    "calculate", "geopoint", "select_one l or_other",
)  # fmt: skip
CHOICES = ("a", "b", "c")
HEAD = (
    "| survey |\n| | type | name | label::Italiano (it) | label::English (en) | required | relevant | constraint "
    "| calculation | default | choice_filter | repeat_count | appearance |\n"
)
TAIL = "| choices |\n| | list_name | name | label::Italiano (it) | label::English (en) |\n" + "".join(
    f"| | l | {one} | Scelta {one} | Choice {one} |\n" for one in CHOICES
)


@dataclass
class _Made:
    """A form in the making; `seen` are the questions that what follows may speak of."""

    draw: Any
    rows: list[str] = field(default_factory=list)
    count: int = 0

    def row(self, kind: str, name: str, **cells: str) -> None:
        columns = ("required", "relevant", "constraint", "calculation", "default", "choice_filter", "repeat_count")
        label = "" if kind.startswith(("calculate", "end_")) else f"Domanda {name}"
        given = [cells.get(one, "") for one in (*columns, "appearance")]
        self.rows.append("| | " + " | ".join([kind, name, label, label.replace("Domanda", "Question"), *given]) + " |")

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def maybe(self, *cells: str) -> str:
        return str(self.draw(st.sampled_from(["", "", *cells])))

    def fill(self, seen: list[tuple[str, str]], depth: int) -> None:
        """Some questions, groups and repeats; `seen` are the names and kinds that can be spoken of here."""
        for _ in range(self.draw(st.integers(1, 4))):
            what = self.draw(st.sampled_from(["question"] * 6 + ["group", "repeat"])) if depth else "question"
            if what == "question":
                self.question(seen)
            else:
                self.part(what, seen, depth)

    def part(self, what: str, seen: list[tuple[str, str]], depth: int) -> None:
        name, relevant = self.name(), self.condition(seen)
        numbers = [one for one, kind in seen if kind == "integer"]
        count = self.maybe("2", *(f"${{{one}}}" for one in numbers)) if what == "repeat" else ""
        page = self.maybe("field-list") if what == "group" else ""
        self.row(f"begin_{what}", name, relevant=relevant, repeat_count=count, appearance=page)
        self.fill(list(seen), depth - 1)
        self.row(f"end_{what}", "")

    def question(self, seen: list[tuple[str, str]]) -> None:
        name, kind = self.name(), str(self.draw(st.sampled_from(KINDS)))
        cells = {"relevant": self.condition(seen)}
        if kind == "calculate":
            one = self.draw(st.sampled_from(seen))[0] if seen else ""
            cells["calculation"] = f"concat(${{{one}}}, '!')" if one else "1 + 1"
        elif kind != "note":
            cells["required"] = self.maybe("yes", self.condition(seen))
        if kind in ("integer", "decimal"):
            cells["constraint"] = self.maybe(". >= 0", ". < 4")
            cells["default"] = self.maybe("2")
        if kind == "select_one l" and seen:
            cells["choice_filter"] = self.maybe(f"name != ${{{seen[0][0]}}}")
        self.row(kind, name, **cells)
        if kind != "note":
            seen.append((name, kind.split()[0]))

    def condition(self, seen: list[tuple[str, str]]) -> str:
        if not seen:
            return ""
        name, kind = self.draw(st.sampled_from(seen))
        test = {
            "integer": f"${{{name}}} > 1", "select_one": f"${{{name}}} = 'a'",
            "select_multiple": f"selected(${{{name}}}, 'b')",
        }.get(kind, f"${{{name}}} != ''")  # fmt: skip
        return self.maybe(test)


@st.composite
def form_texts(draw: Any) -> str:
    """An XLSForm in Markdown with at least one question that is always asked."""
    made = _Made(draw)
    made.row("text", "always")
    made.fill([("always", "text")], 2)
    return HEAD + "\n".join(made.rows) + "\n" + TAIL
