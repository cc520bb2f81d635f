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
    }


def _on_claims() -> dict[str, str]:
    return {
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
        "dispute.file_shown": _("Looked at a picture of an objection"),
    }


def _by_officers_and_machines() -> dict[str, str]:
    return {
        "intake.batch": _("Received messages"),
    }
