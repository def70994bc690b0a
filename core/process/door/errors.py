"""What stands in the way at the door, said so that whoever stands there can act on it."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class CodeForged(Problem):
    text = N_("This is not a code of ours. Please look for the person by name.")
    status = 404


class CodeOfOther(Problem):
    text = N_("This code is for another event. Please look for the person by name.")
    status = 409


class NotOnTheList(Problem):
    text = N_("This code belongs to nobody on the list any more. Please register the person at the door.")
    status = 404


class DoorNotOpen(Problem):
    text = N_("People can be let in from {day} at {time}.")
    status = 409


class DoorClosed(Problem):
    text = N_("Who came can be noted until {days} days after the event. That time is over.")
    status = 410


class CodeOver(Problem):
    text = N_(
        "This code was for the door of an event that is over: it opens nothing any more. For your certificate, please "
        "use the link in your invitation, or write to the office."
    )
    status = 410


class NotHeldHere(Problem):
    text = N_("This event has no place where one could come in: it takes place online only.")
    status = 409


class NameMissing(Problem):
    text = N_("Please write the person's name.")
    status = 422


class ConsentMissing(Problem):
    text = N_("Without their consent nobody can be registered at the door. Please ask, and mark how it was given.")
    status = 422


class ConsentUnread(Problem):
    text = N_("It cannot be told which text was agreed to. Please load the page anew and ask for consent again.")
    status = 409


class PlaceUnknown(Problem):
    text = N_("This organisation or municipality is not known any more. Please choose again.")
    status = 422


class NotOnlineNow(Problem):
    text = N_("You can confirm that you follow online from {starts} to {ends}.")
    status = 409


class NotOnlineGuest(Problem):
    text = N_("This is for those who said that they follow online. Please change your reply first.")
    status = 409


class NoCertificate(Problem):
    text = N_("There is a certificate for those who came, after the event.")
    status = 404


class SubstituteNameless(Problem):
    text = N_(
        "Somebody else was there in this person's place: the certificate would be theirs, and their name is not known. "
        "Please write to the office."
    )
    status = 409


class YourSubstituteNameless(Problem):
    text = N_(
        "Somebody else was there in your place: the certificate would be theirs, and their name is not known. Please "
        "write to the office."
    )
    status = 409


class NameUnknown(Problem):
    text = N_("A certificate needs a name, and the office does not know it. Please write to the office.")
    status = 409


class ListUnread(Problem):
    text = N_(
        "This file holds no list that we can read. Export the attendance report of the meeting as CSV: its first "
        "lines must name the columns, a name or an e-mail address among them."
    )
    status = 422
