"""Spreadsheets and XForms that mean harm: `CASES` makes each, with a part of what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LAUGHS += "]>"
XXE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'
GOOD = "| survey | type | name | label | relevant | repeat_count |\n| | text | who | Who? | | |\n"
XFORM = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title>'
    '<model><instance><data id="d"><q/></data></instance><bind nodeset="/data/q" type="string"{bind}/></model>'
    '</h:head><h:body><input ref="/data/q"><label>{label}</label></input></h:body></h:html>'
)


@dataclass(frozen=True)
class Case:
    """A hostile file; `said` is a part of the fault that it is refused with."""

    name: str
    filename: str
    make: Callable[[], bytes]
    said: str


def archive(survey: str, choices: str = "<sheetData/>", **parts: str) -> bytes:
    """An XLSX of two sheets given as XML; `parts` are put in the place of others, or added (with __ for /)."""
    relation = f'Type="{OFFICE}/relationships/worksheet"'
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}/relationships"><sheets>'
        '<sheet name="survey" sheetId="1" r:id="rId1"/><sheet name="choices" sheetId="2" r:id="rId2"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" {relation} Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" {relation} Target="worksheets/sheet2.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEET}"/>',
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}"><si><t>shared</t></si></sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}">{survey}</worksheet>',
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{SHEET}">{choices}</worksheet>',
    } | {name.replace("__", "/") + ".xml": text for name, text in parts.items()}
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text.encode("utf-8", "surrogatepass"))
    return file.getvalue()


def cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def row(*cells: str) -> str:
    return "<row>" + "".join(map(cell, cells)) + "</row>"


def sheet(*rows: str) -> str:
    return f"<sheetData>{''.join(rows)}</sheetData>"


def survey(label: str = "Who?", name: str = "who") -> str:
    return sheet(row("type", "name", "label"), row("text", name, label))


def table(*rows: str) -> bytes:
    return (GOOD + "\n".join(rows)).encode()


def lying_archive() -> bytes:
    """An archive whose directory says that a sheet of 50 MB has 1,000 bytes."""
    file = bytearray(archive(sheet("<row/>" * 8_000_000)))
    size = len(f'<worksheet xmlns="{SHEET}">{sheet("")}</worksheet>') + 6 * 8_000_000
    return bytes(file).replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))


def shared_texts() -> bytes:
    """200,000 cells that all show one text of 30,000 characters with a blank at its end."""
    strings = f'<sst xmlns="{SHEET}"><si><t xml:space="preserve">{"x" * 30_000} </t></si></sst>'
    rows = '<row><c t="s"><v>0</v></c></row>' * 4_000
    wide = "<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>"
    return archive(sheet(wide, rows), sheet(wide * 1_500), xl__sharedStrings=strings)


def _xform(before: str = "", bind: str = "", label: str = "Who?") -> bytes:
    return (before + XFORM.format(bind=bind, label=label)).encode()


def _languages() -> bytes:
    headers = [f"label::Language {number}" for number in range(900)]
    return table() + ("\n| choices | list_name | name | " + " | ".join(headers) + " |\n").encode()


def _languages_csv() -> bytes:
    return ("survey,type,name" + "".join(f",label::L{number}" for number in range(10_000)) + "\n,text,q\n").encode()


def _wide_csv() -> bytes:
    return b"survey,type,name,label\n,text,q,Q\nchoices," + b"c," * 100_000 + b"\n"


CASES = (
    Case("zip bomb", "f.xlsx", lambda: archive("", xl__bomb="0" * 61 * 2**20), "too large"),
    Case("archive that lies about its size", "f.xlsx", lying_archive, "damaged"),
    Case("10^6 rows, XLSX", "f.xlsx", lambda: archive(sheet(row("x") * 900_000)), "too many"),
    Case("10^6 rows that say nothing, XLSX", "f.xlsx", lambda: archive(sheet("<row/>" * 10**6)), "too many cells"),
    Case("10^6 rows, CSV", "f.csv", lambda: b"survey,type\n" + b",a\n" * 10**6, "too many"),
    Case("10^6 rows, Markdown", "f.md", lambda: b"|survey|type|\n" + b"||a|\n" * 10**6, "too many"),
    Case("20,000 rows, Markdown", "f.md", lambda: table(*["| | text | q | Q | | |"] * 20_000), "too many rows"),
    Case("60,000 choices", "f.md", lambda: table("| choices | list_name |", *["| | l |"] * 60_000), "too many rows"),
    Case(
        "links to other workbooks", "f.xlsx",
        lambda: archive(survey(), xl__externalLinks__externalLink1="<x/>"), "links",
    ),
    Case(
        "file entity in a sheet", "f.xlsx",
        lambda: archive(survey(), xl__worksheets__sheet2=XXE + "<x>&i;</x>"), "damaged",
    ),
    Case(
        "file entity in the texts", "f.xlsx",
        lambda: archive(survey(), xl__sharedStrings=XXE + "<x>&i;</x>"), "damaged",
    ),
    Case(
        "billion laughs in the workbook", "f.xlsx",
        lambda: archive(survey(), xl__workbook=LAUGHS + "<x>&i;</x>"), "damaged",
    ),
    Case(
        "billion laughs in the styles", "f.xlsx",
        lambda: archive(survey(), xl__styles=LAUGHS + "<x>&i;</x>"), "damaged",
    ),
    Case("10^6 styles", "f.xlsx", lambda: archive(survey(), xl__styles="<x>" + "<xf/>" * 10**6 + "</x>"), "formatting"),
    Case("file entity in an XForm", "f.xml", lambda: _xform(XXE, label="&i;"), "damaged"),
    Case(
        "billion laughs in an XForm", "f.xml",
        lambda: _xform(LAUGHS, label="&i;"), "damaged",
    ),
    Case(
        "XForm of 10^6 elements", "f.xml",
        lambda: _xform(label="<b/>" * 10**6), "too many cells",
    ),
    Case("XForm 10,000 elements deep", "f.xml", lambda: _xform(label="<b>" * 10**4), "damaged"),
    Case(
        "formula without a value", "f.xlsx",
        lambda: archive(sheet(row("type", "name", "label"), '<row><c r="A2"><f>1+1</f></c></row>')), "formula",
    ),
    Case("10 MB label, XLSX", "f.xlsx", lambda: archive(survey("x" * 10**7)), "too long a text"),
    Case("10 MB label, Markdown", "f.md", lambda: table(f"| | text | q | {'x' * 10**7} | | |"), "too large"),
    Case("4 MB label, Markdown", "f.md", lambda: table(f"| | text | q | {'x' * 4_000_000} | | |"), "too long a text"),
    Case("4 MB label, CSV", "f.csv", lambda: b"survey,type,name,label\n,text,q," + b"x" * 4_000_000, "too long a text"),
    Case("one text in 150,000 cells", "f.xlsx", shared_texts, "too much text"),
    Case("bars and signs, Markdown", "f.md", lambda: table(f"| | text | q | {'#' * 30_000}| |" * 100), "more cells"),
    Case("brackets 10,000 deep", "f.md", lambda: table(f"| | text | q | Q | {'(' * 10**4}1 | |"), "too many"),
    Case("sum of 9,000 terms", "f.md", lambda: table(f"| | text | q | Q | 1{'+1' * 9_000} | |"), "too many brackets"),
    Case(
        "300 expressions of 12,000 characters", "f.md",
        lambda: table(*[f"| | text | q{number} | Q | {'1 = 1 or ' * 1_300} 1 | |" for number in range(300)]),
        "expressions of the form are too long",
    ),
    Case("10 MB expression, XLSX", "f.xlsx", lambda: archive(sheet(
        row("type", "name", "label", "relevant"), row("text", "q", "Q", "1+" * 5 * 10**6 + "1"))), "too long a text"),
    Case("10 MB expression, XForm", "f.xml", lambda: _xform(bind=f' relevant="{"1+" * 5 * 10**6}1"'), "too large"),
    Case("4 MB expression, XForm", "f.xml", lambda: _xform(bind=f' relevant="{"1+" * 2 * 10**6}1"'), "too long a text"),
    Case("brackets 10,000 deep, XForm", "f.xml", lambda: _xform(bind=f' relevant="{"(" * 10**4}1"'), "brackets"),
    Case("repeat_count of 10^9", "f.md", lambda: table(
        "| | begin repeat | r | R | | 1000000000 |", "| | text | q | Q | | |", "| | end repeat | | | | |"), "too many"),
    Case("groups 2,000 deep", "f.md", lambda: table(
        *[f"| | begin group | g{number} | G | | |" for number in range(2_000)]), "within one another"),
    Case("control character in a name, XLSX", "f.xlsx", lambda: archive(survey(name="a&#1;b")), "damaged"),
    Case("control character in a label", "f.md", lambda: table("| | text | q | a\x01b | | |"), "invisible character"),
    Case("lone surrogate in a label, XLSX", "f.xlsx", lambda: archive(survey("a\ud800b")), "damaged"),
    Case("lone surrogate in a name, CSV", "f.csv", lambda: b"survey,type,name\n,text,a\xed\xa0\x80b", "cannot be used"),
    Case(
        "control character in a column", "f.md",
        lambda: b"| survey | type | na\x01me |\n| | text | q |\n", "invisible",
    ),
    Case("900 languages", "f.md", _languages, "too many languages"),
    Case("10,000 languages", "f.csv", _languages_csv, "too many columns"),
    Case(
        "10^5 columns, XLSX", "f.xlsx",
        lambda: archive(survey(), sheet(row(*map(str, range(10**5))))), "too many columns",
    ),
    Case("10^5 columns, CSV", "f.csv", _wide_csv, "too many columns"),
    Case("column named like a formula", "f.md", lambda: table(
        "| | select_one l | q | Q | | |",
        "| choices | list_name | name | label | =HYPERLINK(1) |",
        "| | l | a | A | 1 |"
    ), "The column =HYPERLINK(1) cannot be used"),
    Case("5,000 unknown names", "f.md", lambda: table(
        *[f"| | text | question_{number} | ${{question_{number}x}} | | |" for number in range(4_900)]
    ), "no question named"),
    Case("unclosed names", "f.md", lambda: table(f"| | text | q | Q | {'${' * 16_000} | |"), "too long"),
    Case(
        "unclosed names with blanks", "f.md",
        lambda: table(f"| | text | q | ${{{' ' * 32_000} | 1 +/ 1 | |"), "understood",
    ),
    Case("blanks in an itemset", "f.xml", lambda: XFORM.replace("<input", "<select1").replace("</input>",
        f"<itemset nodeset=\"randomize(instance('l')/root/item,{' ' * 32_000}x\"/></select1>").format(
        bind="", label="").encode(), "blanks in a row"),
)  # fmt: skip
