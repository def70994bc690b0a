"""What can go wrong for a person, said so that the person can act on it."""

from __future__ import annotations

from typing import ClassVar

from core.i18n import N_, Translator


class Problem(Exception):
    """An error with a translatable text that says what to do.

    A subclass states its `text` (an English message id with `{named}` gaps, marked with
    `N_`); the values for the gaps come with the instance. `status` is the HTTP status a
    door in the browser answers with.
    """

    text: ClassVar[str] = N_("Something went wrong. Please try again.")
    status: ClassVar[int] = 400

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    def say(self, t: Translator) -> str:
        return t(self.text, **self.values)

    def __str__(self) -> str:
        return self.text.format(**self.values)


class LinkForged(Problem):
    text = N_("This link is not valid. Please copy it whole from the message you received.")
    status = 404


class LinkExpired(Problem):
    text = N_("This link has expired. Please write to the office that sent it to ask for a new one.")
    status = 410


class LinkUsed(Problem):
    text = N_("This link has already been used. Please ask the office for a new one.")
    status = 410


class SettingMissing(Problem):
    text = N_("The setting {name} is missing. Set it in the environment or in the .env file: {help}")

    def say(self, t: Translator) -> str:
        return t(self.text, **{**self.values, "help": t(str(self.values["help"]))})


class SettingUnknown(Problem):
    text = N_("The setting {name} is unknown. The settings are listed in docs/settings.md.")


class SettingMisspelt(SettingUnknown):
    text = N_("The setting {name} is unknown. Did you mean {near}? The settings are listed in docs/settings.md.")


class SettingWrong(Problem):
    """`reason` is a text of ours with gaps of its own, or `said` what somebody else's service said."""

    text = N_("The setting {name} cannot be used: {reason}")

    def say(self, t: Translator) -> str:
        reason = t.fill(str(self.values["reason"]), self.values) if "reason" in self.values else self.values["said"]
        return t(self.text, name=self.values["name"], reason=reason)

    def __str__(self) -> str:
        return self.say(Translator("en", {}))


class SettingsUnreadable(Problem):
    text = N_("The file {file} with the settings cannot be read: {reason}")


class PortTaken(Problem):
    text = N_("Port {port} on {host} is already in use. Stop the other program or choose another port.")


class FileTooLarge(Problem):
    text = N_("The file is too large: at most {limit} MB are accepted.")
    status = 413


class DatabaseBehind(Problem):
    text = N_("The database is at version {found}, this release needs {wanted}. Run: ascolto db upgrade")


class DatabaseInconsistent(Problem):
    text = N_(
        "{rows} rows, the first in {table}, refer to rows that do not exist. Nothing was migrated; "
        "restore a backup, or ask for help with this message."
    )
