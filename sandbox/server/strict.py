"""Requests checked against aiogram's method models, made strict.

The models as they stand accept unknown fields and turn types into one another. Here every
field must be known at every depth, have its type, and be there when it is required. Only the
parameters themselves may come as text, as a form carries them (Bot API, "Making requests").
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import aiogram.methods
from aiogram.client.default import Default
from aiogram.methods.base import TelegramMethod
from aiogram.types import InputFile
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sandbox.server.errors import Refusal, bad_request

Method = type[TelegramMethod[Any]]
NAMES = {int: "Integer", float: "Number", str: "String", bool: "Boolean", list: "Array"}
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
}


@dataclass(frozen=True)
class Upload:
    """A file that came with a request."""

    name: str
    content: bytes
    mime: str


Uploads = Mapping[str, Upload]


def known_methods() -> dict[str, Method]:
    """Every method of the Bot API by its name in lower case: names are not case sensitive."""
    classes = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    return {c.__api_method__.lower(): c for c in classes if issubclass(c, TelegramMethod) and c is not TelegramMethod}


def check_request(method: Method, given: Mapping[str, Any], uploads: Uploads) -> dict[str, Any]:
    """The parameters with their types, uploads in the places that speak of them.

    Raises a Refusal for the first fault.
    """
    fields = _fields(method)
    attached = {name: upload for name, upload in uploads.items() if name in fields}
    values = {name: value for name, value in given.items() if value is not None} | attached
    for name in values:
        if name not in fields:
            raise bad_request(f'parameter "{name}" is unknown in {method.__api_method__}')
    for name in _required(method):
        if name not in values:
            raise bad_request(MISSING.get(name, f'parameter "{name}" is required'))
    return {name: _Fit(uploads, name).parameter(value, fields[name].annotation) for name, value in values.items()}


@dataclass(frozen=True)
class _Fit:
    uploads: Uploads
    where: str

    def parameter(self, value: Any, hint: Any) -> Any:
        return self.value(_from_text(value, hint, self.where) if isinstance(value, str) else value, hint)

    def value(self, value: Any, hint: Any) -> Any:
        options = [option for option in _options(hint) if option is not Default]
        if value is None and NoneType in options:
            return None
        if any(get_origin(option) is Literal for option in options):
            return self._literal(value, options)
        models = [o for o in options if _is_model(o)]
        if isinstance(value, Mapping) and models:
            return self._best_model(value, models)
        if isinstance(value, list):
            return self._list(value, options)
        if InputFile in options and (isinstance(value, Upload) or _is_attached(value)):
            return value if isinstance(value, Upload) else self._attached(value)
        if any(_is_plain(value, option) for option in options):
            return int(value) if isinstance(value, str) and str not in options and Any not in options else value
        raise self._wrong_type(options)

    def _literal(self, value: Any, options: Sequence[Any]) -> Any:
        allowed = [choice for option in options for choice in get_args(option)]
        if not any(value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in allowed):
            shown = ", ".join(str(getattr(choice, "value", choice)) for choice in allowed)
            raise bad_request(f'can\'t parse field "{self.where}": one of {shown} is expected')
        return value

    def _list(self, value: list[Any], options: Sequence[Any]) -> list[Any]:
        lists = [option for option in options if get_origin(option) is list]
        if not lists:
            raise self._wrong_type(options)
        return [_Fit(self.uploads, f"{self.where}[{i}]").value(v, get_args(lists[0])[0]) for i, v in enumerate(value)]

    def _best_model(self, value: Mapping[str, Any], models: list[type[BaseModel]]) -> dict[str, Any]:
        refusals = []
        for model in sorted(models, key=lambda m: _distance(m, value)):
            try:
                return self._model(value, model)
            except Refusal as refusal:
                refusals.append(refusal)
        raise refusals[0]

    def _model(self, value: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
        fields = _fields(model)
        for name in value:
            if name not in fields:
                raise bad_request(f'can\'t parse {self.where}: field "{name}" is unknown in {model.__name__}')
        for name, field in fields.items():
            if field.is_required() and value.get(name) is None:
                raise bad_request(f'can\'t parse {self.where}: field "{name}" of {model.__name__} must be specified')
        return {
            name: _Fit(self.uploads, f"{self.where}.{name}").value(part, fields[name].annotation)
            for name, part in value.items()
            if part is not None
        }

    def _attached(self, value: str) -> Upload:
        name = value.removeprefix("attach://")
        if name not in self.uploads:
            raise bad_request(f'file "{name}" is not attached to the request')
        return self.uploads[name]

    def _wrong_type(self, options: Sequence[Any]) -> Refusal:
        names = [_type_name(option) for option in options if option is not NoneType]
        return bad_request(f'can\'t parse field "{self.where}": it must be of type {" or ".join(names)}')


def _from_text(value: str, hint: Any, where: str) -> Any:
    options = _options(hint)
    if str in options:
        return value
    if bool in options and value.lower() in {"true", "false", "1", "0"}:
        return value.lower() in {"true", "1"}
    try:
        return json.loads(value)
    except ValueError:
        if options[0] in NAMES:
            return value  # the type check says what was expected
        raise bad_request(f"can't parse {where.replace('_', ' ')} JSON object") from None


@cache
def _options(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) is Annotated:
        return _options(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return tuple(option for part in get_args(hint) for option in _options(part))
    return (hint,)


def _is_model(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, BaseModel)


def _is_attached(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("attach://")


def _is_plain(value: Any, option: Any) -> bool:
    if option in {Any, dict}:
        return option is Any or isinstance(value, dict)
    if option is bool or isinstance(value, bool):
        return option is bool and isinstance(value, bool)
    if option in {datetime, timedelta}:  # Unix time, which aiogram writes as text
        return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())
    if option is float:
        return isinstance(value, int | float)
    return option in {int, str} and isinstance(value, option)


def _type_name(option: Any) -> str:
    base = get_origin(option) or option
    return NAMES.get(base, getattr(base, "__name__", str(base)))


def _distance(model: type[BaseModel], value: Mapping[str, Any]) -> int:
    """How far a value is from a kind: what it has too much counts, and what is missing."""
    fields = _fields(model)
    missing = sum(name not in value for name in _required(model))
    return missing + sum(name not in fields for name in value) + _wrong_constants(model, value)


def _wrong_constants(model: type[BaseModel], value: Mapping[str, Any]) -> int:
    return sum(name in value and value[name] not in allowed for name, allowed in _constants(model).items())


@cache
def _constants(model: type[BaseModel]) -> dict[str, tuple[Any, ...]]:
    fields = _fields(model)
    return {n: get_args(f.annotation) for n, f in fields.items() if get_origin(f.annotation) is Literal}


@cache
def _required(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(name for name, field in _fields(model).items() if field.is_required())


@cache
def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    if not model.__pydantic_complete__:
        model.model_rebuild()
    return {field.alias or name: field for name, field in model.model_fields.items()}
