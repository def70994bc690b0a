"""The lists of choices as expressions see them: `instance('list')/root/item`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from lxml import etree

from surveys.engine.form import Form, Node, Question, Texts
from surveys.engine.functions.kinds import text
from surveys.engine.texts import plain


class Lists:
    """The choices of a form, and the functions that read them."""

    def __init__(self, form: Form, nodes: Mapping[str, Node]) -> None:
        self._form = form
        self._nodes = nodes

    @cached_property
    def _roots(self) -> dict[str, Any]:
        return {name: self._tree(name) for name in self._form.choices}

    def _tree(self, name: str) -> Any:
        top = etree.Element("instance")
        root = etree.SubElement(top, "root")
        for index, choice in enumerate(self._form.choices[name]):
            item = etree.SubElement(root, "item", i=str(index))
            for column, value in choice.attributes.items():
                etree.SubElement(item, column).text = value
            if "name" not in choice.attributes:
                etree.SubElement(item, "name").text = choice.value
        return top

    def instance(self, _: Any, name: Any) -> Any:
        """ODK's `instance()`: the root over the items of a list of choices; no nodes where there is none."""
        top = self._roots.get(text(name))
        return [] if top is None else [top]

    @cached_property
    def _texts(self) -> dict[str, Texts]:
        """The form's texts by the names that pyxform gives them."""
        found = {f"{ref}:label": node.label for ref, node in self._nodes.items()}
        choices = (choice for listed in self._form.choices.values() for choice in listed)
        return found | {named: one.label for one in choices if (named := one.attributes.get("itextId"))}

    def pulldata(self, _: Any, *given: Any) -> str:
        """`pulldata(list, column, key column, key)`: a cell of the first row with a key."""
        name, column, key_column, key = map(text, given)
        rows = (choice.attributes for choice in self._form.choices.get(name, ()))
        return next((row.get(column, "") for row in rows if row.get(key_column) == key), "")

    def itext(self, _: Any, language: str, name: Any) -> str:
        """`jr:itext()`: a text of the form by its name."""
        return plain(self._texts.get(text(name), {}), language, self._form.default_language)

    def choice_name(self, context: Any, language: str, value: Any, reference: Any) -> str:
        """ODK's `jr:choice-name()`: the label of a chosen value."""
        ref = text(reference).strip()
        if ref.startswith("."):
            above = _ref_of(context.context_node).split("/")[: -ref.count("../")]
            ref = "/".join((*above, ref.rpartition("../")[2]))
        question = self._nodes.get(ref)
        if not isinstance(question, Question):
            return ""
        for choice in self._form.choices.get(question.choices, ()):
            if choice.value == text(value):
                return plain(choice.label, language, self._form.default_language)
        return ""


def _ref_of(element: Any) -> str:
    names = [element.tag, *(parent.tag for parent in element.iterancestors())]
    return "/" + "/".join(reversed(names))
