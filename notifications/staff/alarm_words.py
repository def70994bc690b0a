"""Alarms in words: what is wrong, and what to do."""

from __future__ import annotations

from core.i18n import N_, Translator
from notifications.planning.obstacles import CAUSE_NAMES, WHAT_TO_DO, Cause
from notifications.staff.looking import BOUNCES, DECISION, DISK, IN_DOUBT, RELEASE, STUCK, WAY_DOWN, WRITTEN
from notifications.staff.tables import Alarm
from notifications.words import CHANNELS, word

HEADINGS = {
    BOUNCES: N_("Many mails come back or are refused"),
    IN_DOUBT: N_("Messages are in doubt"),
    WAY_DOWN: N_("Messages cannot leave"),
    DISK: N_("The disk is nearly full"),
    DECISION: N_("A mailing waits for a decision"),
    RELEASE: N_("A mailing waits to be released"),
    STUCK: N_("A mailing is held up"),
    WRITTEN: N_("Something was written that waits to be released"),
}
MARK, MARKS = "⚠️", {WRITTEN: "✋"}


def say_alarm(alarm: Alarm, t: Translator) -> tuple[str, str]:
    """What is wrong, and what to do; data from elsewhere stands in it as it is."""
    values = alarm.values
    if alarm.kind == BOUNCES:
        what = t("{back} of {sent} mails have come back, or were refused at once.", **values)
        return what, t("Look at the list of recipients. If the addresses are old, pause the mailing.")
    if alarm.kind == WAY_DOWN:
        channel = word(CHANNELS, values["channel"], t)
        what = t("Nothing leaves by {channel} ({way}). The other side says: {said}", **{**values, "channel": channel})
        todo = t("What waits leaves by itself once it works again. Tell whoever runs the service (ascolto doctor).")
        return what, todo
    if alarm.kind == DISK:
        return t("Only {free} MB are left.", **values), t("Tell whoever runs the service: answers may be lost.")
    if alarm.kind == WRITTEN:
        return t("Nothing of it leaves before somebody else has read it."), t("Read it, and release it or stop it.")
    if "cause" in values:
        cause = Cause(values["cause"])
        detail = f" ({values['detail']})" if values["detail"] else ""
        return f"{t(CAUSE_NAMES[cause])}{detail}", t(WHAT_TO_DO[cause])
    return t("Its time comes within a day, and nobody has released it."), t("Read it, and release it or stop it.")
