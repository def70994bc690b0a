"""What can go wrong for a member of staff."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_, Translator


class SignInFailed(Problem):
    """One text for a wrong address and a wrong password: nobody learns which accounts exist."""

    text = N_("The e-mail address or the password is not right. Please try again.")
    status = 401


class AccountLocked(Problem):
    text = "Too many wrong passwords. Please try again in {minutes} minutes."
    status = 429

    def say(self, t: Translator) -> str:
        return t.n(
            "Too many wrong passwords. Please try again in {count} minute.",
            "Too many wrong passwords. Please try again in {count} minutes.",
            int(str(self.values["minutes"])),
        )


class PasswordWeak(Problem):
    text = N_("Please choose a password of at least {least} characters.")


class NotAllowed(Problem):
    text = N_("Your role does not allow this. Please ask an administrator of your office.")
    status = 403


class NothingHere(Problem):
    """What another office has looks like what nobody has."""

    text = N_("There is nothing at this address that your account may see. Please start from the list of processes.")
    status = 404


class AccountExists(Problem):
    text = N_("There is already an account for {email}. Sign in with it, or use another address.")


class OfficeUnknown(Problem):
    text = N_("There is no office called {office}. Load a process first: ascolto load DIR")


class ClerkElsewhere(Problem):
    text = N_(
        "A clerk belongs to the office of a municipality, of a union of municipalities or of a zone; {office} is none. "
        "Choose organiser or reader instead."
    )


class RoleUnknown(Problem):
    text = N_("There is no role called {role}. The roles are: {roles}.")
