"""What every recorded act is called; a test compares this with the code that records.

An area that has rows of acts says it there (keng.acts.act); of the others it stands here.
"""

from django.utils.translation import gettext as _

from keng.acts.act import record_words
from keng.audit_page.place_act_words import words_of_acts_on_places


def act_words(action: str) -> str:
    """An act in words; an unknown one as its code."""
    known = _on_claims() | _on_tips() | _on_warnings() | _by_officers_and_machines() | _on_calls()
    known |= words_of_acts_on_places()
    known |= _on_lessons()
    known |= _on_surveys()
    known |= {name: str(words) for name, words in record_words().items()}
    return known.get(action, action)


def _on_calls() -> dict[str, str]:
    return {
        "tip.ticked": _("Ticked a step of a critical tip"),
        "tip.unticked": _("Unticked a step of a critical tip, with a reason"),
        "tip.danger_heard": _("Found danger in a later message of a reporter"),
        "alarm.called": _("Called officers to a critical tip"),
        "pattern.made": _("Wrote a pattern of a warning"),
        "pattern.approved": _("Approved a pattern of a warning"),
        "pattern.ended": _("Ended a pattern of a warning"),
        "pattern.sent": _("Sent a warning by a pattern, alone"),
        "pattern.handed_in": _("Filled a pattern for a second person to let out"),
        "pattern.reviewed": _("Looked at what was sent by a pattern"),
        "warning.called": _("Called the province to approve a warning"),
        "report.signed": _("Signed a periodic report"),
        "report.published": _("Made a periodic report public"),
        "alarm.ended": _("Told those who were called to stand down"),
        "rota.added": _("Put an officer on the rota"),
        "rota.removed": _("Took a shift off the rota"),
        "pager.added": _("Added a pager of their own"),
        "pager.switched": _("Switched a pager of their own"),
        "pager.removed": _("Removed a pager of their own"),
        "pager.tested": _("Tested their pager"),
        "pager.rang": _("Their pager rang"),
    }


def _on_lessons() -> dict[str, str]:
    return {
        "collection.opened": _("Opened a collection of lessons"),
        "lesson.written": _("Wrote a lesson"),
        "lesson.published": _("Published a lesson"),
        "lesson.ended": _("Took a lesson away"),
        "film.uploaded": _("Uploaded a film"),
        "film.prepared": _("Prepared a film"),
        "film.refused": _("Could not prepare a film"),
        "film.discarded": _("Threw a film away that could not be prepared"),
        "first_hour.written": _("Wrote the page of the first hour"),
        "first_hour.published": _("Published the page of the first hour"),
        "first_hour.ended": _("Took a text of the first hour away"),
        "pledge.opened": _("Wrote a pledge campaign"),
        "pledge.published": _("Published a pledge campaign"),
        "pledge.ended": _("Took a pledge campaign away"),
        "pledge.counted": _("A class teacher counted who pledged"),
        "pledge.corrected": _("A class teacher corrected a count"),
        "pledge.link_renewed": _("Gave a class teacher another link"),
    }


def _on_claims() -> dict[str, str]:
    return {
        "claim.added": _("Wrote a rumour down"),
        "claim.written": _("Wrote a claim check"),
        "claim.submitted": _("Handed a claim check in"),
        "claim.sent_back": _("Gave a claim check back to its author"),
        "claim.published": _("Published a claim check"),
        "claim.answered": _("Answered a claim with an earlier check"),
        "claim.out_of_scope": _("Put a claim out of scope and destroyed its words"),
        "claim.objected": _("Objected that a claim is about safety or services"),
        "claim.withdrawn": _("Took a claim check back"),
    }


def _on_surveys() -> dict[str, str]:
    return {
        "survey.made": _("Wrote a survey"),
        "survey.changed": _("Changed a survey"),
        "survey.submitted": _("Handed in a survey for approval"),
        "survey.approved": _("Approved a survey"),
        "survey.returned": _("Gave a survey back to be changed"),
        "survey.slips_made": _("Made slips for a survey"),
        "survey.opened": _("Opened a survey"),
        "survey.closed": _("Closed a survey"),
        "survey.published": _("Published the result of a survey"),
        "survey.result_submitted": _("Handed in the result of a survey for release"),
        "survey.result_returned": _("Gave the result of a survey back to be changed"),
        "survey.text_read": _("Read a short text of a survey"),
        "survey.paper_begun": _("Began to type in paper forms of a survey"),
        "survey.paper_typed": _("Typed in paper forms of a survey"),
    }


def _on_tips() -> dict[str, str]:
    return {
        "tip.read": _("Read a tip for the first time"),
        "tip.accepted": _("Took a tip on"),
        "tip.duplicate": _("Joined a tip to an incident"),
        "tip.separated": _("Took a tip out of an incident"),
        "tip.set_aside": _("Set a tip aside"),
        "tip.suspended": _("Suspended a tip"),
        "tip.resumed": _("Took a suspended tip up again"),
        "tip.routed": _("Passed a tip to another unit"),
        "tip.sorted": _("Sorted a tip"),
        "tip.rated": _("Rated a tip"),
        "tip.taken_back": _("Took a decision back"),
        "tip.outcome": _("Recorded an outcome"),
        "tip.closed": _("Closed a tip"),
        "tip.reopened": _("Reopened a tip"),
        "tip.declined": _("Did not handle a tip"),
        "tip.objected": _("Reporter objected"),
        "tip.restored": _("Gave sealed words back after an objection"),
        "tip.reporter_meant_unit": _("Reporter said that the tip is meant for the unit itself"),
        "tip.handed_down": _("Gave a tip to the unit its reporter meant"),
        "attachment.shown": _("Looked at a covered file"),
        "attachment.not_shown": _("No copy to view could be made of a picture"),
        "sighting.role": _("Said what a number or link was used for"),
        "tips.content_destroyed": _("Destroyed words that were out of scope or taken back"),
    }


def _on_warnings() -> dict[str, str]:
    return {
        "listing.proposed": _("Proposed a number for the public look-up"),
        "listing.confirmed": _("Made an entry of the look-up public, as second person"),
        "listing.ended": _("Ended an entry of the look-up"),
        "listing.restored": _("An entry stood again, since the one in its place ended"),
        "dispute.made": _("Somebody objected to an entry of the look-up"),
        "dispute.decided": _("Decided an objection to the look-up"),
        "block_list.imported": _("Imported a list of others for the look-up"),
        "block_list.removed": _("Removed a list of others from the look-up"),
        "warning.drafted": _("Drafted a warning"),
        "warning.revised": _("Changed the draft of a warning"),
        "warning.submitted": _("Handed a warning in for approval"),
        "warning.sent_back": _("Gave a warning back to its author"),
        "warning.approved": _("Approved and published a warning"),
        "warning.recalled": _("Took a warning back"),
        "warning.recall_asked": _("Asked to take a warning back"),
        "warning.recall_refused": _("Refused to take a warning back"),
        "warning.recall_withdrawn": _("Withdrew the wish to take a warning back"),
        "dispatch.sent": _("Sent a warning out"),
        "dispatch.cancelled": _("Stopped what had not left yet"),
        "dispatch.unknown_resent": _("Sent again where the outcome was not known"),
        "relay.handed_out": _("Handed a warning to a lead"),
        "relay.confirmed": _("A lead said it was passed on"),
        "relay.cannot": _("A lead said they cannot"),
        "relay.taken_back": _("A lead took that back"),
        "relay.rooms_told": _("Wrote down in how many houses the rooms were told"),
        "relay.seen": _("Saw the warning in the group"),
        "relay.not_seen": _("Took back having seen it"),
    }


def _by_officers_and_machines() -> dict[str, str]:
    return {
        "officer.signed_in": _("Signed in"),
        "officer.signed_out": _("Signed out"),
        "officer.signin_failed": _("Sign-in failed"),
        "officer.refused_while_locked": _("Sign-in refused: locked"),
        "officer.refused_without_post": _("Sign-in refused: no post"),
        "officer.sessions_ended": _("Ended own sessions"),
        "officer.password_changed": _("Changed the own password"),
        "officer.added": _("Added an officer"),
        "officer.credentials_renewed": _("Set up a new sign-in"),
        "officer.requested": _("Asked for an officer, a post or a new sign-in"),
        "officer.request_agreed": _("Agreed to an officer or a new sign-in"),
        "officer.request_refused": _("Refused a request about an officer"),
        "officer.request_withdrawn": _("Withdrew a request about an officer"),
        "officer.half_shown": _("Saw the own half of a set-up code"),
        "officer.set_up_failed": _("A set-up ended after too many wrong tries"),
        "officer.opened_by_operator": _("Opened a set-up at the machine, alone"),
        "officer.account_closed": _("Closed an officer's account"),
        "officer.post_added": _("Gave an officer a post"),
        "officer.post_ended": _("Ended an officer's post"),
        "unit.added": _("Made a unit"),
        "keys.accepted": _("Took other keys for this database; what the old ones opened is lost"),
        "landmark.imported": _("Imported a list of parks, stations and other well-known names"),
        "channel.added": _("Added an account of a channel"),
        "channel.renewed": _("Gave an account of a channel other secrets"),
        "channel.stopped": _("An account of a channel stopped"),
        "channel.runs_again": _("An account of a channel runs again"),
        "channel.tokens_renewed": _("Renewed the tokens of an account"),
        "channel.learned": _("Learned how an account answers"),
        "address.gone": _("An address no longer exists"),
        "address.moved": _("An address has moved"),
    }
