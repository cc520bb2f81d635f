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
    known |= {name: str(words) for name, words in record_words().items()}
    return known.get(action, action)


def _on_calls() -> dict[str, str]:
    return {
        "pattern.made": _("Wrote a pattern of a warning"),
        "pattern.approved": _("Approved a pattern of a warning"),
        "pattern.ended": _("Ended a pattern of a warning"),
        "pattern.sent": _("Sent a warning by a pattern, alone"),
        "pattern.handed_in": _("Filled a pattern for a second person to let out"),
        "pattern.reviewed": _("Looked at what was sent by a pattern"),
        "warning.called": _("Called the province to approve a warning"),
        "report.signed": _("Signed a periodic report"),
        "report.published": _("Made a periodic report public"),
        "rota.added": _("Put an officer on the rota"),
        "rota.removed": _("Took a shift off the rota"),
        "pager.added": _("Added a pager of their own"),
        "pager.switched": _("Switched a pager of their own"),
        "pager.removed": _("Removed a pager of their own"),
        "pager.tested": _("Tested their pager"),
        "pager.rang": _("Their pager rang"),
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


def _on_tips() -> dict[str, str]:
    return {
        "tip.taken_down": _("Took a report down for somebody"),
        "tip.replied": _("Answered a reporter"),
        "tip.reply_withdrawn": _("Took an answer back"),
        "tip.note": _("Wrote an internal note"),
        "tip.left_alone": _("Stopped writing to a reporter who asked for it"),
        "tip.reporter_wrote": _("Reporter wrote again"),
        "tip.reporter_afraid": _("Reporter is worried about being found out"),
        "tip.reporter_withdraw": _("Reporter took the tip back"),
        "receipt.shown": _("Receipt code was shown, once"),
        "receipt.exchanged": _("Code on paper was exchanged for another one, once"),
        "incident.answered": _("One answer to all reporters of an incident"),
        "incident.outcome": _("Recorded the outcome of an incident"),
        "incident.closed": _("Closed an incident"),
        "incident.renamed": _("Renamed an incident"),
        "wave.found": _("Found a wave of similar reports"),
        "wave.dismissed": _("Said that a wave is none"),
        "wave.reopened": _("Said that it is a wave after all"),
        "tips.answer_written": _("Wrote a ready answer"),
        "tips.answer_retired": _("Took a ready answer out of use"),
        "tips.answer_used_again": _("Took a ready answer into use again"),
        "tips.name_searched": _("Searched for what looks like a person's name"),
    }


def _on_warnings() -> dict[str, str]:
    return {
        "listing.proposed": _("Proposed a number for the public look-up"),
        "listing.confirmed": _("Made an entry of the look-up public, as second person"),
        "listing.ended": _("Ended an entry of the look-up"),
        "listing.restored": _("An entry stood again, since the one in its place ended"),
        "dispute.made": _("Somebody objected to an entry of the look-up"),
        "dispute.file_shown": _("Looked at a picture of an objection"),
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
        "channel.added": _("Added an account of a channel"),
        "channel.renewed": _("Gave an account of a channel other secrets"),
        "channel.stopped": _("An account of a channel stopped"),
        "channel.runs_again": _("An account of a channel runs again"),
        "channel.tokens_renewed": _("Renewed the tokens of an account"),
        "channel.learned": _("Learned how an account answers"),
        "address.gone": _("An address no longer exists"),
        "address.moved": _("An address has moved"),
        "intake.batch": _("Received messages"),
    }
