"""Numbers as people write and say them in Italian, English and French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from surveys.engine.events import Fault
from surveys.engine.plain import fold
from surveys.engine.values import Refused, plain_decimal

LONGEST = 100  # characters that a number may be wrapped in
MOST_NEAR = 3

_UNITS = {
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici"
    " sedici diciassette diciotto diciannove",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
    " dix_sept dix_huit dix_neuf",
}
_TENS = {
    "it": "venti trenta quaranta cinquanta",
    "en": "twenty thirty forty fifty",
    "fr": "vingt trente quarante cinquante",
}
_ARTICLES = frozenset({"un", "una", "une", "uno", "one"})  # hardly a number among other words
_LONGEST_NAME = 3  # words: "vingt et un"


def _below_sixty() -> Iterator[tuple[str, int]]:
    for language, units in _UNITS.items():
        named = [name.replace("_", " ") for name in units.split()]
        yield from ((name, number) for number, name in enumerate(named))
        for number, ten in enumerate(_TENS[language].split(), 2):
            yield ten, number * 10
            for unit, name in enumerate(named[1:10], 1):
                yield _joined(language, ten, name), number * 10 + unit


def _joined(language: str, ten: str, unit: str) -> str:
    if language == "it":
        return (ten[:-1] if unit[0] in "uo" else ten) + unit
    return f"{ten} et {unit}" if language == "fr" and unit == "un" else f"{ten} {unit}"


NAMES: dict[str, int] = {**dict(_below_sixty()), "una": 1, "une": 1, "vingt et une": 21}

_AROUND = re.compile(
    r"^(?:(?:circa|ca\.?|about|around|approximately|approx\.?|roughly|environ|piu o meno|a peu pres|pari a)\s+"
    r"|[~≈€$£]\s*)+"
    r"|\s+(?:circa|or so|environ|piu o meno|a peu pres)$"
)
_SIGN = re.compile(r"^(?:(?P<minus>(?:meno|minus|moins)\s|[−-])|\+)\s*")
_WRITTEN = re.compile(r"[.,]?\d(?:[\d.,']|\s(?=\d{3}(?!\d)))*")
_AMONG = re.compile(r"(?<!\d)(?<!\d\s)[+-]?\d[\d.,']*|\d[\d.,']*|[a-z]+")
_HALF = re.compile(r"^(?:e mezz[oa]|and a half|et demie?)\b\s*")
_TIMES = (
    (re.compile(r"^(?:mila|mille|thousand|k)\b\s*"), 1_000),
    (re.compile(r"^(?:milion[ei]|millions?|mln|mio)\b\.?\s*(?:di|de|d')?\s*"), 1_000_000),
    (re.compile(r"^(?:miliard[oi]|milliards?|billions?|mld)\b\.?\s*(?:di|de|d')?\s*"), 1_000_000_000),
)
_OUT_OF = re.compile(r"^(?:/|su|out of|of|sur)\s*(\d+)$")
_MEASURES = """% ‰ ° °c € $ £ eur euro euros percento percent per_cento pour_cent
mm cm dm m mt km ha mq m2 km2 kmq m3 mc l lt litri litres liters g kg t hg kw kwh
metri metre metres meter meters chilometri chilometro kilometri kilometro kilometres kilometers kilometre kilometer
metri_quadri metri_quadrati square_metres square_meters metres_carres ettari ettaro hectares hectare
chili chilo chilogrammi kilos kilo grammi grams grammes tonnellate tonnes tons
h ora ore hour hours heure heures min minuto minuti minute minutes sec secondi seconds secondes
giorno giorni day days jour jours settimana settimane week weeks semaine semaines
mese mesi month months mois anno anni year years years_old an ans
volta volte time times fois persona persone people person persons personne personnes
abitante abitanti inhabitants habitants dipendente dipendenti employees salaries
figlio figli child children enfant enfants"""
_MEASURED = frozenset(_MEASURES.split())


def read_number(text: str, whole: bool = False, end: str = "") -> str | Refused:
    """The number that a text means, in XForms spelling.

    Decimal comma or point, grouped thousands, numbers as words, an amount with its measure
    ("12 km", "circa 30", "30%"). `end` is the top of a scale, so that "7/10" is understood.
    Where other words stand around a number, or several numbers, they come back as `near`.
    """
    said = fold(text)
    if len(said) > LONGEST:
        return Refused(Fault.NOT_A_NUMBER)
    bare = _AROUND.sub("", said.strip(" !?;:\"'()*_"))
    sign = _SIGN.match(bare)
    found, rest = _leading(bare[sign.end() :] if sign else bare, whole)
    amount = _scaled(found, rest, end) if found else ""
    if not amount:
        return _asked_back(said, whole)
    return f"-{amount}" if sign and sign["minus"] else amount


def spelled(words: list[str]) -> tuple[int, int]:
    """The number that words begin with and how many of them name it; (0, 0) where none do."""
    for count in range(min(_LONGEST_NAME, len(words)), 0, -1):
        number = NAMES.get(" ".join(words[:count]))
        if number is not None:
            return number, count
    return 0, 0


def _leading(said: str, whole: bool) -> tuple[str, str]:
    """The number that a text begins with, and what follows it."""
    match = _WRITTEN.match(said)
    if match is not None:
        return _digits(match[0].rstrip(".,' "), whole), said[match.end() :].strip(" .")
    words = said.replace("-", " ").split()
    number, count = spelled(words)
    return (str(number), " ".join(words[count:]).strip(" .")) if count else ("", "")


def _digits(written: str, whole: bool) -> str:
    """Digits with a decimal comma or point; points, commas, blanks or apostrophes may group thousands.

    One group alone ("1.250") is taken for thousands only where a whole number is asked for.
    """
    bare = re.sub(r"[\s']", "", written)
    for mark, other in (".,", ",."):
        grouped = re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(?:\{mark}\d{{3}})+(?:\{other}\d+)?", bare)
        if grouped and (whole or other in bare or bare.count(mark) > 1):
            bare = bare.replace(mark, "")
    bare = bare.replace(",", ".")
    return bare if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", bare) else ""


def _scaled(number: str, rest: str, end: str) -> str:
    """A number with what follows it taken in; "" where that is not understood."""
    half = _HALF.match(rest)
    if half:
        number, rest = plain_decimal(Decimal(number) + Decimal("0.5")), rest[half.end() :]
    for pattern, factor in _TIMES:
        if match := pattern.match(rest):
            number, rest = plain_decimal(Decimal(number) * factor), rest[match.end() :]
            break
    out_of = _OUT_OF.match(rest)
    if out_of and end and Decimal(out_of[1]) == Decimal(end):
        return number
    return number if not rest or rest.replace(" ", "_") in _MEASURED else ""


def _asked_back(said: str, whole: bool) -> Refused:
    """Up to three numbers found among the words, to be asked about."""
    tokens = _AMONG.findall(said)
    found = [_digits(one.rstrip(".,'"), whole) or _named(one) for one in tokens]
    near = [one for one in dict.fromkeys(found) if one and not (whole and "." in one)]
    return Refused(Fault.NOT_A_NUMBER, (("near", "\n".join(near[:MOST_NEAR])),) if near else ())


def _named(word: str) -> str:
    return str(NAMES[word]) if word in NAMES and word not in _ARTICLES else ""
