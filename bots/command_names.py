"""What the commands of both bots are called in each language, in one table.

Each is understood whatever language its reader has; lists, and Telegram's own menu, name it in theirs. Telegram takes
small Latin letters without accents, digits and `_`, at most 32 (Bot API, BotCommand).
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, Mapping[str, str]] = {
    "help": {"it": "aiuto", "fr": "aide"},
    "language": {"it": "lingua", "fr": "langue"},
    "stop": {},
    # of the participants' bot
    "back": {"it": "indietro", "fr": "retour"},
    "review": {"it": "risposte", "fr": "reponses"},
    "office": {"it": "ente", "fr": "administration"},
    "question": {"it": "domanda"},
    "table": {"it": "tavolo"},
    "vote": {"it": "vota", "fr": "voter"},
    "entry": {"it": "ingresso", "fr": "entree"},
    "preferences": {"it": "preferenze"},
    "pause": {"it": "pausa"},
    "resume": {"it": "continuare", "fr": "continuer"},
    "mydata": {"it": "miei_dati", "fr": "mes_donnees"},
    "poll": {"it": "sondaggio", "fr": "sondage"},  # in a group
    # of the staff's bot
    "today": {"it": "oggi", "fr": "aujourdhui"},
    "polls": {"it": "sondaggi", "fr": "sondages"},
    "new": {"it": "nuovo", "fr": "nouveau"},
    "door": {"it": "accoglienza", "fr": "accueil"},
    "questions": {"it": "domande"},
    "doubt": {"it": "dubbi", "fr": "doutes"},
    "settings": {"it": "impostazioni", "fr": "reglages"},
}
"""By the English name, under which the bots know a command; where a language has none of its own that is the name."""

_MEANT = {name: meant for meant, names in NAMES.items() for name in names.values()}


def command_in(language: str, name: str) -> str:
    """What a reader of the language calls a command."""
    return NAMES.get(name, {}).get(language, name)


def meant_by(written: str) -> str:
    """The English name of a command, whatever language it is written in; what is none stays as it is."""
    name = written.lower()
    return _MEANT.get(name, name)


def all_names(name: str) -> tuple[str, ...]:
    """What a command can be called."""
    return tuple(dict.fromkeys((name, *NAMES.get(name, {}).values())))
