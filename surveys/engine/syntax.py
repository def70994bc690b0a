"""XPath 1.0 read into a tree, so that it can be checked, resolved and rewritten.

Source of the grammar: W3C XML Path Language 1.0, sections 2 and 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_DEPTH = 60
MAX_LENGTH = 20_000

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<literal>"[^"]*"|'[^']*')
    |(?P<number>\d+(?:\.\d*)?|\.\d+)
    |(?P<variable>\$[\w.-]+(?::[\w.-]+)?)
    |(?P<op>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+*=<>-])
    |(?P<name>[^\W\d][\w.-]*(?::(?!:)(?:[^\W\d][\w.-]*|\*))?)""",
    re.VERBOSE,
)
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_OPERATOR_NAMES = frozenset({"or", "and", "div", "mod"})
_NODE_TESTS = frozenset({"node", "text", "comment", "processing-instruction"})


class ExpressionFault(Exception):
    """An expression that cannot be used; `code` names the reason, `values` fill its text."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Literal:
    value: str


@dataclass(frozen=True)
class Number:
    text: str


@dataclass(frozen=True)
class Variable:
    name: str


@dataclass(frozen=True)
class Call:
    name: str
    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Binary:
    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Negate:
    operand: Tree


@dataclass(frozen=True)
class Step:
    """One step of a path; `test` is the name or node test with its axis, as written."""

    test: str
    predicates: tuple[Tree, ...] = ()


@dataclass(frozen=True)
class Path:
    """`start` is "/" (absolute), "" (relative) or an expression whose nodes are walked on from."""

    start: str | Tree
    steps: tuple[Step, ...]
    predicates: tuple[Tree, ...] = ()


Tree = Literal | Number | Variable | Call | Binary | Negate | Path
_Token = tuple[str, str]


def parse(source: str) -> Tree:
    """The tree of an expression; raises ExpressionFault."""
    if len(source) > MAX_LENGTH:
        raise ExpressionFault("too-long")
    parser = _Parser(list(_tokens(source)))
    tree = parser.expression(0)
    if parser.kind != "end":
        raise ExpressionFault("unexpected", found=parser.text)
    return tree


def _tokens(source: str) -> Iterator[_Token]:
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            if source[at] in "\"'":
                raise ExpressionFault("open-quote", found=source[at : at + 20])
            raise ExpressionFault("unexpected", found=source[at : at + 10])
        at = match.end()
        if match.lastgroup != "space":
            yield str(match.lastgroup), match.group()


class _Parser:
    """Recursive descent over the tokens; one instance reads one expression."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = [*tokens, ("end", ""), ("end", "")]
        self._at = 0
        self._depth = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def text(self) -> str:
        return self._tokens[self._at][1]

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _is(self, *texts: str) -> bool:
        return self.kind in ("op", "name") and self.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            if self.kind == "end":
                raise ExpressionFault("unclosed" if text in ")]" else "incomplete", found=text)
            raise ExpressionFault("unexpected", found=self.text)
        self._at += 1

    def expression(self, level: int = 0) -> Tree:
        if level == len(_LEVELS):
            return self._unary()
        if level == 0:
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise ExpressionFault("too-deep")
        tree = self.expression(level + 1)
        while self._is(*_LEVELS[level]):
            op = self._next()
            tree = Binary(op, tree, self.expression(level + 1))
        if level == 0:
            self._depth -= 1
        return tree

    def _unary(self) -> Tree:
        minus = 0
        while self._is("-"):
            self._at += 1
            minus += 1
        tree = self._union()
        return tree if not minus else Negate(tree) if minus % 2 else Negate(Negate(tree))

    def _union(self) -> Tree:
        tree = self._path()
        while self._is("|"):
            self._at += 1
            tree = Binary("|", tree, self._path())
        return tree

    def _path(self) -> Tree:
        if self._is("/"):
            self._at += 1
            steps = self._steps() if self._starts_step() else ()
            return Path("/", steps)
        if self._is("//"):
            self._at += 1
            return Path("/", (Step("descendant-or-self::node()"), *self._steps()))
        if self._starts_primary():
            return self._filtered(self._primary())
        return Path("", self._steps())

    def _filtered(self, start: Tree) -> Tree:
        predicates = self._predicates()
        steps: tuple[Step, ...] = ()
        if self._is("/"):
            self._at += 1
            steps = self._steps()
        elif self._is("//"):
            self._at += 1
            steps = (Step("descendant-or-self::node()"), *self._steps())
        return Path(start, steps, predicates) if steps or predicates else start

    def _starts_primary(self) -> bool:
        following = self._tokens[self._at + 1]
        if self.kind in ("literal", "number", "variable") or self._is("("):
            return True
        return self.kind == "name" and following == ("op", "(") and self.text not in _NODE_TESTS

    def _primary(self) -> Tree:
        kind, text = self.kind, self._next()
        if kind == "literal":
            return Literal(text[1:-1])
        if kind == "number":
            return Number(text)
        if kind == "variable":
            raise ExpressionFault("variable", found=text)
        if kind == "name":
            return Call(text, self._arguments())
        tree = self.expression()
        self._expect(")")
        return tree

    def _arguments(self) -> tuple[Tree, ...]:
        self._expect("(")
        args: list[Tree] = []
        while not self._is(")"):
            args.append(self.expression())
            if self.kind == "end":
                raise ExpressionFault("unclosed", found=")")
            if not self._is(")"):
                self._expect(",")
        self._expect(")")
        return tuple(args)

    def _starts_step(self) -> bool:
        return self.kind == "name" or self._is(".", "..", "@", "*")

    def _steps(self) -> tuple[Step, ...]:
        steps = [self._step()]
        while self._is("/", "//"):
            if self._next() == "//":
                steps.append(Step("descendant-or-self::node()"))
            steps.append(self._step())
        return tuple(steps)

    def _step(self) -> Step:
        if not self._starts_step():
            raise ExpressionFault("unexpected" if self.kind != "end" else "incomplete", found=self.text)
        if self._is(".", ".."):
            return Step(self._next(), self._predicates())
        test = self._next() if self._is("@") else ""
        if self._tokens[self._at + 1] == ("op", "::"):
            test += self._next() + self._next()
        test += self._next()
        if self._is("(") and test.rpartition("::")[2] in _NODE_TESTS:
            self._at += 1
            self._expect(")")
            test += "()"
        return Step(test, self._predicates())

    def _predicates(self) -> tuple[Tree, ...]:
        predicates: list[Tree] = []
        while self._is("["):
            self._at += 1
            predicates.append(self.expression())
            self._expect("]")
        return tuple(predicates)
