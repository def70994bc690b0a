"""Every setting has its row in the docs, with its default, and the docs name no other."""

from __future__ import annotations

import re
from pathlib import Path

from core.config import BOT_API, PREFIX, Settings

ROW = re.compile(r"^\| `(ASCOLTO_[A-Z_]+)` \|([^|]*)\|", re.MULTILINE)


def test_every_setting_is_in_the_docs_with_its_default() -> None:
    documented = dict(ROW.findall(Path("docs/settings.md").read_text(encoding="utf-8")))
    defaults = {PREFIX + name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert set(documented) == set(defaults)
    for name, default in defaults.items():
        shown = documented[name].strip(" `")
        if default == BOT_API:
            assert shown == "Telegram's own"
        else:
            assert shown == _written(default), name


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)
