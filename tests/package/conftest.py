"""A small package in a folder, to be changed and loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

PROCESS = """\
process:
  slug: plan
  title: {it: Piano, en: Plan}
  languages: [it, en]
  start: 2023-07-03
office: {slug: metro, name: Metro, kind: authority}
phases:
  - {slug: listening, title: {it: Ascolto, en: Listening}, starts: start, ends: start+10d}
events:
  - {slug: launch, kind: event, phase: listening, title: {it: Avvio, en: Launch},
     starts: start+2d 10:00, ends: start+2d 12:00}
audiences:
  - {slug: those, name: Those who took part, rule: {all: [{took_part: true}, {zone: hills}]}}
questionnaires:
  - {slug: asking, file: questionnaires/asking.md}
rounds:
  - slug: first
    questionnaire: asking
    audience: those
    title: {it: Prima, en: First}
    opens: {phase: listening, at: opens}
    closes: {phase: listening, at: closes}
mailings:
  - slug: invitation
    kind: mailing
    purpose: questionnaires
    audience: those
    round: first
    anchor: {phase: listening, at: opens, days: 1, time: 10:00}
    released: true
people:
  - {file: people.csv, source: A list, legal_basis: public-task}
"""
FORM = """\
| survey |
| | type | name | label::Italiano (it) | label::English (en) |
| | text | idea | Una proposta? | A proposal? |
| settings |
| | form_title | default_language |
| | Prova | Italiano (it) |
"""
TEXT = (
    "---\nsubject: Hello\nbuttons:\n  - {kind: answer, label: Answer}\n---\nDear {{ name }}, until {{ closes_on }}.\n"
)
PEOPLE = "reference,name,email,zone,organisation,contact,took_part\n" + "".join(
    f"P{n},Person {n},p{n}@example.org,hills,rete,{'contact' if n == 1 else ''},yes\n" for n in range(1, 4)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "package"
    for name, text in {
        "process.yaml": PROCESS,
        "questionnaires/asking.md": FORM,
        "messages/invitation.it.md": TEXT,
        "messages/invitation.en.md": TEXT,
        "people.csv": PEOPLE,
        "territories.csv": "kind,slug,name,zone,population\nzone,hills,Hills,,\nmunicipality,borgo,Borgo,hills,900\n",
        "organisations.csv": "slug,name,kind,municipality\nrete,Rete,union,borgo\n",
    }.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return made
