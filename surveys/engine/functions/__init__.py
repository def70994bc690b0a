"""The functions that an expression may call: XPath 1.0's own and those of ODK XForms.

Source: ODK XForms specification, "XPath Functions"; where it leaves room see
docs/decisions/0007-expression-functions.md. Each family has its file; a function takes lxml's
context first, then arguments as lxml hands them over (nodes as lists, strings, numbers,
booleans). None raises for what people answer: a function without a result gives a blank.
"""

from surveys.engine.functions.client import CLIENT
from surveys.engine.functions.dates import DATES
from surveys.engine.functions.geo import GEO
from surveys.engine.functions.kinds import Function
from surveys.engine.functions.logic import LOGIC
from surveys.engine.functions.nodes import NODES
from surveys.engine.functions.numbers import NUMBERS
from surveys.engine.functions.selects import SELECTS
from surveys.engine.functions.strings import STRINGS

FUNCTIONS: dict[str, Function] = {
    **STRINGS, **NUMBERS, **LOGIC, **SELECTS, **DATES, **NODES, **GEO, **CLIENT,
}  # fmt: skip

__all__ = ["FUNCTIONS", "Function"]
