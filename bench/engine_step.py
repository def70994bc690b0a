"""An answer in a form of 500 questions, 300 of them with a relevant, beside the bare expressions that depend on it.

Each answer changes whether 30 questions are relevant. Ours checks it, keeps it, computes what
depends on it, tells what came and went and opens the next question; the bare run evaluates the
same 30 compiled expressions over the same tree and does nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from bench.measure import Comparison, compare
from surveys.engine.dialogue import resume, start
from surveys.engine.inputs import Answer
from surveys.engine.machine import machine
from surveys.engine.session import Session
from surveys.engine.turn import state_of
from surveys.xlsform.compile import compile_form

NOW = datetime(2023, 7, 10, 8, 0, tzinfo=UTC)
FILTERS, DEPENDENT, FREE = 10, 30, 190
PAIRS = 15


def _form() -> str:
    rows = ["| survey | type | name | label | relevant |"]
    rows += [f"| | integer | f{number} | Filter {number}? | |" for number in range(FILTERS)]
    rows += [
        f"| | text | d{number} | Dependent {number}? | ${{f{number % FILTERS}}} > {number % 7} |"
        for number in range(FILTERS * DEPENDENT)
    ]
    rows += [f"| | text | t{number} | Free {number}? | |" for number in range(FREE)]
    return "\n".join(rows)


async def run() -> Comparison:
    form = compile_form(_form().encode(), "f.md", name="bench", version=1).form
    made = machine(form)
    filters = [f"/data/f{number}" for number in range(FILTERS)]
    opened, _ = start(form, "", NOW)
    state = state_of(form, opened, NOW)
    bare_calls: list[Callable[[], object]] = []
    for ref in filters:
        for one in made.dependents(ref).refs:
            relevant = made.nodes[one].logic.relevant
            assert relevant is not None
            run_it, element = made.compiled[one, relevant.source].run, state.elements[one]
            bare_calls.append(lambda run_it=run_it, element=element: run_it(element))  # type: ignore[misc]

    async def ours(number: int) -> float:
        session: Session = opened
        begun = time.perf_counter()
        for ref in filters:
            session, events = resume(form, session, Answer(ref, str(number % 5 + 1)), NOW)
            assert len(events) > 1
        return time.perf_counter() - begun

    async def bare(_: int) -> float:
        begun = time.perf_counter()
        for call in bare_calls:
            call()
        return time.perf_counter() - begun

    size = len(made.layout({}).asked)
    title = f"An answer in a form of {size} questions, {DEPENDENT} relevants of 300 depend on it"
    return await compare(title, FILTERS, (ours, bare), PAIRS)
