"""What is done about accounts: who may, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.accounts.who import ADMINISTERING, HOLDER, NAMING, ONESELF, VOUCHING
from keng.acts.act import Act, name_records

ASK_FOR_OFFICER = Act(ADMINISTERING)
ASK_FOR_POST = Act(ADMINISTERING)
ASK_FOR_RENEWAL = Act(ADMINISTERING)
WITHDRAW_REQUEST = Act(
    ADMINISTERING, {"officer.request_withdrawn": _("Withdrew a request about an officer")}
)
SHOW_HALF = Act(ADMINISTERING, {"officer.half_shown": _("Saw the own half of a set-up code")})
AGREE_TO_REQUEST = Act(
    VOUCHING, {"officer.request_agreed": _("Agreed to an officer or a new sign-in")}
)
REFUSE_REQUEST = Act(VOUCHING, {"officer.request_refused": _("Refused a request about an officer")})

ADD_POST = Act(ADMINISTERING)
END_POST = Act(ADMINISTERING, {"officer.post_ended": _("Ended an officer's post")})
CLOSE_ACCOUNT = Act(ADMINISTERING, {"officer.account_closed": _("Closed an officer's account")})

NAME_OFFICER = Act(
    NAMING, {"named.added": _("Named an officer for matters of children and sexual offences")}
)
END_NAMING = Act(
    NAMING,
    {"named.ended": _("Took an officer off the list for children and sexual offences")},
)

# The two halves of the code are the permission: nobody is signed in there.
BEGIN_SET_UP = Act(HOLDER)
FINISH_SET_UP = Act(
    HOLDER,
    {
        "officer.added": _("Added an officer"),
        "officer.credentials_renewed": _("Set up a new sign-in"),
    },
)

# One's own choices and what one has seen are nobody else's business, so they are on no record.
CHANGE_SETTINGS = Act(ONESELF)
MARK_NOTICE_SEEN = Act(ONESELF)
CHANGE_PASSWORD = Act(ONESELF, {"officer.password_changed": _("Changed the own password")})
ADD_PASSKEY = Act(ONESELF, {"officer.passkey_added": _("Added a passkey to the own sign-in")})
RENAME_PASSKEY = Act(ONESELF)
REMOVE_PASSKEY = Act(
    ONESELF, {"officer.passkey_removed": _("Removed a passkey of the own sign-in")}
)
SET_PIN = Act(ONESELF, {"officer.pin_set": _("Set or removed the own PIN of the screen lock")})
END_OWN_SESSION = Act(ONESELF)
END_OTHER_SESSIONS = Act(ONESELF)

# A member of a partner: the token of the session is the permission, whatever the partner is.
CHANGE_MEMBER_PASSWORD = Act(
    HOLDER, {"partner.password_changed": _("Changed a password of a partner")}
)
ADD_MEMBER_PASSKEY = Act(
    HOLDER, {"partner.passkey_added": _("Added a passkey to a sign-in of a partner")}
)
RENAME_MEMBER_PASSKEY = Act(HOLDER)
END_MEMBER_SESSION = Act(HOLDER)
END_OTHER_MEMBER_SESSIONS = Act(HOLDER)
REMOVE_MEMBER_PASSKEY = Act(
    HOLDER, {"partner.passkey_removed": _("Removed a passkey of a partner")}
)

# What several acts record, and what is on record of signing in, which is no act of a role.
name_records(
    {
        "officer.requested": _("Asked for an officer, a post or a new sign-in"),
        "officer.post_added": _("Gave an officer a post"),
        "officer.set_up_failed": _("A set-up ended after too many wrong tries"),
        "officer.opened_by_operator": _("Opened a set-up at the machine, alone"),
        "officer.sign_in_voided": _("Made an old sign-in void after a restore"),
        "officer.sessions_ended": _("Ended own sessions"),
        "officer.signed_in": _("Signed in"),
        "officer.signed_out": _("Signed out"),
        "officer.signin_failed": _("Sign-in failed"),
        "officer.unlock_failed": _("Could not unlock the screen; the session ended"),
        "officer.presence_failed": _("Signed in, gave a wrong code for what takes one"),
        "officer.refused_while_locked": _("Sign-in refused: locked"),
        "officer.refused_without_post": _("Sign-in refused: no post"),
        "partner.signed_in": _("Signed in for a partner"),
        "partner.sessions_ended": _("Ended own sessions for a partner"),
        "partner.signin_failed": _("Failed to sign in for a partner"),
    }
)
