"""What the telephone at the door says by itself, without asking us."""

from __future__ import annotations

from core.i18n import N_, Translator

WORDS = {
    "in": N_("Let in"),
    "already": N_("Already in at {time}"),
    "out": N_("Taken back"),
    "unknown": N_("Not on the list"),
    "unknown-more": N_("This code belongs to nobody on the list. Look for the person by name, or register them."),
    "foreign": N_("Not a code of this event"),
    "foreign-more": N_("This code is another one. Look for the person by name."),
    "decides": N_("Please decide"),
    "said-no": N_("said that they do not come"),
    "said-maybe": N_("said maybe"),
    "said-online": N_("said that they follow online"),
    "said-waiting": N_("is on the waiting list"),
    "said-lapsed": N_("did not take a place in time"),
    "said-in-person": N_("is expected"),
    "full": N_("The hall has {places} places, and {inside} people are in."),
    "let-in": N_("Let in"),
    "let-in-anyway": N_("Let in all the same"),
    "instead": N_("Instead comes: {name}"),
    "needs": N_("Needs: {words}"),
    "table": N_("Table {number}: {theme}"),
    "of": N_("of {count} expected"),
    "online": N_("Connected"),
    "offline": N_("No connection: go on, nothing is lost"),
    "waiting": N_("{count} still to be sent"),
    "signed-out": N_("Your sign-in has ended. What was noted stays here until you sign in again."),
    "forbidden": N_(
        "Your account may not let people in here: the list was taken off this telephone. What was noted stays on it."
    ),
    "over": N_("The event is over: its list is not kept on this telephone any more."),
    "conflict": N_("{name}: already in at {time} (noted here at {here})"),
    "not-counted": N_(
        "{name}: that they came in at {here} does not count, since they were taken back later or the event was moved "
        "to another day. If they are here, please let them in again."
    ),
    "refused": N_("{name}: {words}"),
    "kept-on": N_("List of {time}: {count} people"),
    "no-list": N_("There is no list on this telephone yet. Connect once to load it."),
    "nobody": N_("Nobody has this in their name."),
    "name-missing": N_("Please write the person's name."),
    "consent-missing": N_("Please ask for consent, and mark how it was given."),
    "registered": N_("Registered and let in"),
    "camera-denied": N_("The camera cannot be used. Allow it in the browser's settings, or look for people by name."),
    "camera-on": N_("Hold the code before the camera"),
    "start-camera": N_("Start the camera"),
    "stop-camera": N_("Stop the camera"),
    "choose": N_("none"),
    "dismiss": N_("Seen"),
    "no-storage": N_("This browser keeps nothing (private window?). Use a usual window, or stay connected."),
    "door-opens": N_("People can be let in from {time}."),
    "early": N_("The door is not open yet"),
}


def door_words(t: Translator) -> dict[str, str]:
    """With their gaps, which the page fills."""
    return {name: t(text) for name, text in WORDS.items()}
