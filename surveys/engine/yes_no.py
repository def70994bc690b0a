"""Words that stand for a button: yes, no, going on, being done."""

from __future__ import annotations

YES = frozenset({
    "si", "s", "yes", "y", "oui", "o", "ok", "okay", "va bene", "d'accordo", "certo", "vero", "fatto", "sure", "yep",
    "yeah", "of course", "certamente", "si certo", "si grazie", "yes please", "bien sur", "ouais", "d'accord",
    "oui merci", "agreed", "confermo", "i confirm", "je confirme",
})  # fmt: skip
NO = frozenset({"no", "n", "non", "falso", "nope", "no grazie", "no thanks", "non merci", "nah"})
GOING_ON = frozenset({
    "avanti", "continua", "vai", "prosegui", "go on", "next", "continue", "suivant", "continuer", "letto", "capito",
})  # fmt: skip
DONE = frozenset({
    "fatto", "fine", "basta", "ho finito", "done", "finished", "that's all", "termine", "fini", "c'est tout", "ok",
    "e tutto", "conferma", "confirm", "confirmer", "valider",
})  # fmt: skip
