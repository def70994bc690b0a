"""What can go wrong for whoever sets a webhook up."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class WebhookUnknown(Problem):
    text = N_("There is no webhook {number}. `ascolto webhook list` shows all of them.")
    status = 404


class CallUnknown(Problem):
    text = N_("This webhook has no finished call {number}. Calls are kept for {days} days.")
    status = 404


class UrlWrong(Problem):
    text = N_(
        "The address {url} cannot be called. Please write it whole, as in https://programs.example.org/ascolto, "
        "without a user, a password or a #part."
    )


class UrlUnsafe(Problem):
    text = N_("The address {url} is not called: only https keeps what is sent, and its signature, from others.")


class UrlPrivate(Problem):
    text = N_(
        "The address {url} is in a private network, which webhooks must not reach. Who runs this installation can "
        "allow it (ASCOLTO_WEBHOOK_PRIVATE)."
    )


class KindUnknown(Problem):
    text = N_("There is nothing called {value} to be told of. Choose among: {known}.")


class NoKind(Problem):
    text = N_("Please choose what the webhook is to be told of, one thing at least.")


class WebhookExists(Problem):
    text = N_("The office calls this address already. Please change or remove that webhook.")
    status = 409


class WebhooksTooMany(Problem):
    text = N_("An office has at most {most} webhooks. Please remove one that is not needed any more.")
    status = 409
