"""What the chat says where a quota has no place left for somebody's answers."""

from __future__ import annotations

from bots.participants.callback import Act
from bots.participants.render import Standing
from bots.participants.screen import Screen, plain
from core.i18n import N_, pick_text
from surveys.responses.rounds import Quota

GROUP_LENGTH = 300
WHY = N_("This questionnaire takes a limited number of answers of each group, and those of this one are complete: "
         "{group}.")  # fmt: skip
WAY_BACK = N_("What you answered is kept but not counted. If one of your answers is not right, you can go back and "
              "change it.")  # fmt: skip


def render_full(quota: Quota, standing: Standing) -> Screen:
    """The end of the dialogue for now; where the answers decide it, with the way back to them."""
    t = standing.t
    if not quota.when:
        whole = t("Thank you: this questionnaire is complete")
        return Screen(
            f"<b>{whole}</b>\n\n{t('It has all the answers it can take. What you answered is kept but not counted.')}"
        )
    group = plain(pick_text(quota.title, t.language), GROUP_LENGTH)
    lines = (f"<b>{t('Thank you: we have enough answers of this group')}</b>", t(WHY, group=group), t(WAY_BACK))
    return Screen("\n\n".join(lines), ((standing.key(f"⬅️ {t('Back')}", Act.BACK),),))
