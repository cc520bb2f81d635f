"""What is done with rotas and pagers: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import LEADING, ONESELF
from keng.acts.act import Act, name_records

ADD_SHIFTS = Act(LEADING, {"rota.added": _("Put an officer on the rota")})
REMOVE_SHIFT = Act(LEADING, {"rota.removed": _("Took a shift off the rota")})

ADD_EMAIL_PAGER = Act(ONESELF)
ADD_DEVICE_PAGER = Act(ONESELF)
ADD_PHONE_PAGER = Act(ONESELF)
name_records({"pager.added": _("Added a pager of their own")})
ASK_CHAT_CODE = Act(ONESELF, {"pager.code_asked": _("Asked for a code to be called in a chat")})
name_records(
    {
        "pager.chat_added": _("A chat was added as a pager, by the code that the officer sent"),
        "pager.shift_tested": _("Called the pagers of an officer whose shift begins"),
        "pager.answered": _("A pager was answered in a test"),
        "pager.shift_unheard": _("Told that pagers of a shift were not confirmed"),
    }
)
name_records({"dispatch.lag_called": _("Called the desk: a part of an urgent warning was behind")})
name_records({"channel.end_called": _("Called the desk: an account of a channel ends soon")})
SWITCH_PAGER = Act(ONESELF, {"pager.switched": _("Switched a pager of their own")})
REMOVE_PAGER = Act(ONESELF, {"pager.removed": _("Removed a pager of their own")})
TEST_PAGERS = Act(ONESELF, {"pager.tested": _("Tested their pager")})
CONFIRM_PAGER_TEST = Act(ONESELF, {"pager.rang": _("Their pager rang")})
