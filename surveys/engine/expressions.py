"""Expressions made ready: checked, their references resolved, and compiled by lxml.

lxml knows XPath 1.0; ODK's functions are put into a namespace of ours, so that none of
libxml2's own is called by mistake. What an expression needs to know beyond the tree (the
moment, the language) reaches it as XPath variables; functions stay pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from lxml import etree

from surveys.engine.functions import FUNCTIONS, Function
from surveys.engine.functions.kinds import truth
from surveys.engine.functions.letters import PatternFault
from surveys.engine.functions.patterns import read as read_pattern
from surveys.engine.refs import within
from surveys.engine.syntax import Binary, Call, ExpressionFault, Literal, Negate, Number, Path, Step, Tree, parse

NAMESPACE = "urn:ascolto:functions"
EARLIER = Literal("__last-saved")  # what pyxform makes of ${last-saved#question}
_STRUCTURAL = frozenset({"position", "name", "local-name", "namespace-uri"})  # ask where a node is, not what it holds
_NUMERIC = frozenset({"<", "<=", ">", ">=", "+", "-"})


@dataclass(frozen=True)
class Scope:
    """What an expression is compiled against.

    `ref` is the node it belongs to, `dated` the references that hold dates or times, `repeats`
    those of repeats, `special` the functions that read the form itself. All are the form's own
    references, without positions.
    """

    ref: str
    dated: frozenset[str] = frozenset()
    repeats: frozenset[str] = frozenset()
    special: Mapping[str, Function] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """An expression ready to run.

    `references` are absolute and free of positions; a group stands for all that is in it.
    `collective` are those among them that are read in several instances of a repeat.
    `variables` are those that `run` wants by name.
    """

    source: str
    run: Callable[..., Any]
    references: frozenset[str]
    variables: frozenset[str]
    collective: frozenset[str] = frozenset()
    constant: bool | None = None  # true() and false() need no evaluation

    @property
    def never(self) -> bool:
        """Whether it is false whatever anybody answers."""
        if self.constant is not None or self.references or self.variables:
            return self.constant is False
        try:
            return not truth(self.run(etree.Element("blank")))
        except (etree.XPathError, ArithmeticError, ValueError):
            return False


def compile_expression(source: str, scope: Scope) -> Compiled:
    """Compiles an expression; raises ExpressionFault with the reason."""
    tree = parse(source)
    if isinstance(tree, Call) and tree.name in ("true", "false") and not tree.args:
        found = tree.name == "true"
        return Compiled(source, lambda _node: found, frozenset(), frozenset(), constant=found)
    rewriter = _Rewriter(scope)
    written = rewriter.write(tree, _Place(scope.ref))
    extensions = {(NAMESPACE, name): call for name, call in rewriter.calls.items()}
    try:
        run = etree.XPath(written, namespaces={"o": NAMESPACE}, extensions=extensions, smart_strings=False)
    except etree.XPathSyntaxError as error:
        raise ExpressionFault("unexpected", found=source) from error
    references, collective = frozenset(rewriter.references), frozenset(rewriter.collective)
    return Compiled(source, run, references, frozenset(rewriter.variables), collective)


@dataclass(frozen=True)
class _Place:
    """Where a path starts: a reference, or (None) a node that is not the form's."""

    ref: str | None
    foreign: bool = False  # within the predicate of another document
    apart: bool = False  # within the predicate of a path through several instances of a repeat


class _Rewriter:
    """Writes a tree as lxml reads it, and gathers on the way what it needs."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._repeats = scope.repeats
        self.references: set[str] = set()
        self.collective: set[str] = set()
        self.variables: set[str] = set()
        self.calls: dict[str, Callable[..., Any]] = {}

    def write(self, tree: Tree, place: _Place) -> str:
        match tree:
            case Literal(value):
                return f'"{value}"' if "'" in value else f"'{value}'"
            case Number(text):
                return text
            case Negate(operand):
                return f"-({self.write(operand, place)})"
            case Binary():
                return self._binary(tree, place)
            case Call():
                return self._call(tree, place)
            case Path():
                return self._path(tree, place)
            case _:
                raise ExpressionFault("variable", found=tree.name)

    def _binary(self, tree: Binary, place: _Place) -> str:
        if tree.op in _NUMERIC and (self._dated(tree.left, place) or self._dated(tree.right, place)):
            left, right = (self._as_number(side, place) for side in (tree.left, tree.right))
        else:
            left, right = self.write(tree.left, place), self.write(tree.right, place)
        return f"{left} | {right}" if tree.op == "|" else f"({left} {tree.op} {right})"

    def _as_number(self, tree: Tree, place: _Place) -> str:
        return self.write(tree if isinstance(tree, Number) else Call("number", (tree,)), place)

    def _dated(self, tree: Tree, place: _Place) -> bool:
        if isinstance(tree, Call):
            function = FUNCTIONS.get(tree.name)
            if tree.name in ("if", "coalesce", "once", "min", "max"):
                return any(self._dated(argument, place) for argument in tree.args)
            return function is not None and function.dated
        if isinstance(tree, Path) and tree.start in ("", "/") and not place.foreign:
            return _resolve(tree, place.ref) in self._scope.dated
        return False

    def _call(self, tree: Call, place: _Place) -> str:
        function = self._function(tree)
        name = tree.name.removeprefix("jr:")
        if name == "selected" and isinstance(tree.args[1], Literal) and _one_word(tree.args[1].value):
            wanted = self.write(Literal(f" {tree.args[1].value} "), place)
            return f"contains(concat(' ', {self.write(tree.args[0], place)}, ' '), {wanted})"
        if name == "current":
            self.variables.add("current")
            return "$current"
        if name == "instance" and tree.args[0] == EARLIER:
            self.variables.add("earlier")
            return "$earlier"
        if name == "position" and not tree.args:
            return "position()"
        before = set(self.references)
        args = self._indexed(tree, place) if name == "indexed-repeat" else self._arguments(tree, place)
        if name in _STRUCTURAL:
            self.references = before
        if function.call is None:
            return f"{name}({', '.join(args)})"
        self.calls[name] = function.call
        self.variables.update(function.world)
        return f"o:{name}({', '.join([*(f'${one}' for one in function.world), *args])})"

    def _arguments(self, tree: Call, place: _Place) -> list[str]:
        return [self.write(argument, place) for argument in tree.args]

    def _indexed(self, tree: Call, place: _Place) -> list[str]:
        """The arguments of `indexed-repeat()`: its paths mean all instances of the repeats it names."""
        named = [one for one in tree.args[1::2] if isinstance(one, Path)]
        outermost = min((_resolve(one, place.ref) for one in named), key=len, default="")
        kept, self._repeats = (
            self._repeats,
            frozenset(one for one in self._repeats if not (one == outermost or within(one, outermost))),
        )
        nodes = [self.write(one, place) for one in (tree.args[0], *tree.args[1::2])]
        self._repeats = kept
        self.collective.add(_resolve(tree.args[0], place.ref) if isinstance(tree.args[0], Path) else "")
        places = [self.write(one, place) for one in tree.args[2::2]]
        pairs = [part for pair in zip(nodes[1:], places, strict=False) for part in pair]
        return [nodes[0], *pairs]

    def _function(self, tree: Call) -> Function:
        known = {**FUNCTIONS, **self._scope.special, "current": Function(None, 0, 0)}
        function = known.get(tree.name)
        if function is None:
            near = get_close_matches(tree.name, known, 1)
            raise ExpressionFault("unknown-function", found=tree.name, near=near[0] if near else "")
        paired = tree.name != "indexed-repeat" or len(tree.args) % 2
        if not function.least <= len(tree.args) <= function.most or not paired:
            raise ExpressionFault("arguments", found=tree.name)
        if tree.name == "regex" and isinstance(tree.args[1], Literal):
            _check_pattern(tree.args[1].value)
        return function

    def _path(self, path: Path, place: _Place) -> str:
        if isinstance(path.start, str):
            if path.start == "/":
                return self._absolute(path, place)
            return self._steps(path.steps, place)
        foreign = isinstance(path.start, Call) and path.start.name in ("instance", "randomize")
        inner = _Place(None, foreign or place.foreign)
        if isinstance(path.start, Call) and path.start.name == "current":
            inner = _Place(self._scope.ref, False)
        head = self.write(path.start, place)
        head = f"({head})" if isinstance(path.start, Binary) else head
        head += "".join(f"[{self.write(one, inner)}]" for one in path.predicates)
        return head + (f"/{self._steps(path.steps, inner)}" if path.steps else "")

    def _absolute(self, path: Path, place: _Place) -> str:
        """A path from the root; below a repeat that the expression stands in it means the same instance.

        Source: ODK XForms specification, "XPath Paths" (absolute paths within repeats).
        Within another instance's predicate it still means the answers.
        """
        base = self._scope.ref if place.foreign else place.ref
        shared = self._shared_repeat(path, base)
        if shared:
            assert base is not None
            up = "../" * (base.count("/") - shared.count("/"))
            rest = self._steps(path.steps[shared.count("/") :], _Place(shared, place.foreign, place.apart))
            head = "$current" if place.foreign else "."
            self.variables.update({"current"} if place.foreign else ())
            return f"{head}/{up}{rest}"
        if not place.foreign:
            return "/" + self._steps(path.steps, _Place("", False, place.apart))
        self.variables.add("main")
        rest = self._steps(path.steps[1:], _Place(_follow("", path.steps[0])[0] if path.steps else None, True))
        return f"$main/{rest}" if rest else "$main"

    def _shared_repeat(self, path: Path, base: str | None) -> str:
        """The innermost repeat that both a path leads into and its base stands in, "" where there is none."""
        found, ref = "", ""
        for step in path.steps[:-1]:
            ref, known = _follow(ref, step)
            if not known or step.predicates or base is None:
                break
            if ref in self._repeats and (ref == base or within(base, ref)):
                found = ref
        return found

    def _steps(self, steps: tuple[Step, ...], place: _Place) -> str:
        written, ref = [], place.ref
        known, highest, apart = True, place.ref or "", place.apart
        for step in steps:
            if known and ref is not None:
                ref, known = _follow(ref, step)
                highest = min(ref, highest, key=len)
                apart = apart or (ref in self._scope.repeats and within(ref, highest))
            inner = _Place(ref if known else None, place.foreign, apart)
            written.append(step.test + "".join(f"[{self.write(one, inner)}]" for one in step.predicates))
        if ref is not None:
            self.references.add(ref)
            self.collective.update({ref} if apart else ())
        return "/".join(written)


def _resolve(path: Path, base: str | None) -> str:
    ref = "" if path.start == "/" else base or ""
    for step in path.steps:
        ref, known = _follow(ref, step)
        if not known:
            break
    return ref


def _follow(ref: str, step: Step) -> tuple[str, bool]:
    """The reference one step on; not known where the step has an axis or stands for any node."""
    if step.test == ".":
        return ref, True
    if step.test == "..":
        return ref.rpartition("/")[0], True
    name = step.test.removeprefix("child::")
    if name[:1] in "*@" or "(" in name or "::" in name:
        return ref, False
    return f"{ref}/{name}", True


def _check_pattern(pattern: str) -> None:
    try:
        read_pattern(pattern)
    except PatternFault as fault:
        raise ExpressionFault("pattern", found=pattern) from fault


def _one_word(value: str) -> bool:
    return bool(value) and not any(letter.isspace() for letter in value)
