"""What blocks, lines and identities of the report are called."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.claims.models import Verdict

NOT_KEPT = gettext_lazy("not kept here")


def block_labels() -> dict[int, str]:
    """What the blocks are called."""
    return {
        1: _("Network"),
        2: _("What came in"),
        3: _("What it was worth"),
        4: _("In time"),
        5: _("What came of it"),
        6: _("Effect"),
        7: _("Warnings"),
        8: _("Service to reporters"),
        9: _("Claim checks and surveys"),
        10: _("From before Kẻng (imported)"),
    }


def line_labels() -> dict[str, str]:
    """What the lines are called."""
    return _inflow_labels() | _outcome_labels() | _other_labels() | imported_labels()


def _inflow_labels() -> dict[str, str]:
    return {
        "groups": _("Groups"),
        "members": _("Members of these groups"),
        "active_groups": _("with a confirmed relay in the last 30 days"),
        "hamlets_reached": _("Hamlets with a group"),
        "hamlets": _("Hamlets known here"),
        "carried_over": _("Carried over (1)"),
        "received": _("Received in the period (2)"),
        "reopened": _("Begun again by the desk"),
        "objected": _("Begun again after an objection"),
        "total": _("To account for (3)"),
        "named": _("received with a name or contact, sealed"),
        "nameless": _("received without"),
        "no_tip": _("received and no tip: procedure, civil matter, spam, out of scope"),
        "of_value": _("Of value"),
        "not_of_value": _("Not of value"),
        "duplicate": _("Reported again, joined to an incident"),
        "out_of_competence": _("Not ours, answered"),
        "withdrawn": _("Taken back by the reporter"),
        "unrated": _("Not rated yet"),
        "sorted_in_time": _("Sorted within 24 hours"),
        "sorted_late": _("Sorted later"),
        "not_sorted": _("Not sorted by the end of the period"),
        "ended_here": _("Ended in the period"),
        "ended_in_time": _("Ended before a deadline ran out"),
        "ended_late": _("Ended after a deadline ran out"),
        "notice": _("Receipt notice within 3 working days"),
        "transfers": _("Transfers within 24 hours and 7 days"),
    }


def _outcome_labels() -> dict[str, str]:
    return {
        "ended_solved": _("Cleared up"),
        "ended_prevented": _("Prevented"),
        "ended_handed_over": _("Handed over"),
        "ended_warned": _("Led to a warning"),
        "ended_unfounded": _("Unfounded"),
        "ended_with_incident": _("Told again, ended with its incident as not ours"),
        "suspended": _("Suspended"),
        "pending": _("Still being worked on"),
        "in_competence": _("Within our competence"),
        "closing_balance": _("Carried into the next period"),
        "prosecuted": _("Prosecuted, fined: decided by the bodies it was handed to"),
        "incidents": _("Incidents opened"),
        "scams_stopped": _("scams stopped"),
        "helped": _("Persons helped"),
        "saved": _("Money saved"),
        "with_saved": _("incidents that name a sum saved"),
        "lost": _("Money lost"),
        "with_lost": _("incidents that name a sum lost"),
        "recovered": _("Money recovered"),
        "with_recovered": _("incidents that name a sum recovered"),
    }


def _other_labels() -> dict[str, str]:
    return {
        "drafted": _("Warnings drafted"),
        "published": _("Warnings published"),
        "recalled": _("Warnings taken back"),
        "until_approved": _("Half of them approved within"),
        "delivered": _("Deliveries that arrived or left"),
        "undelivered": _("Deliveries that failed or are unknown"),
        "asked": _("Groups asked to pass on by hand"),
        "passed_on": _("Say it was passed on"),
        "checked": _("Seen in the group by an officer"),
        "read_through": _("Read-through survey"),
        "answered": _("Received and answered in the period"),
        "half_answered_within": _("Half of them answered within"),
        "desk_answers": _("Answers written by the desk"),
        "reporters_wrote": _("Messages written by reporters"),
        "afraid": _("Reporters who fear being found out"),
        "satisfaction": _("Satisfaction of reporters"),
        "breaches": _("Breaches of personal data"),
        "data_requests": _("Requests about one's own data"),
        "claims_checked": _("Claims checked"),
        **{
            f"verdict_{code}": _("with the verdict “%(verdict)s”") % {"verdict": label}
            for code, label in Verdict.choices
        },
        "surveys_run": _("Surveys run"),
        "survey_answers": _("Answers to surveys closed in the period, not persons"),
    }


def imported_labels() -> dict[str, str]:
    return {
        "imported_received": _("Received in the period, imported (4)"),
        "imported_of_value": _("Of value, imported"),
        "imported_not_of_value": _("Not of value, imported"),
        "imported_out_of_competence": _("Not ours, imported"),
        "imported_withdrawn": _("Taken back by the reporter, imported"),
        "imported_unrated": _("Value not on record, imported"),
        "imported_ended_solved": _("cleared up, imported"),
        "imported_ended_prevented": _("prevented, imported"),
        "imported_ended_handed_over": _("handed over, imported"),
        "imported_ended_warned": _("led to a warning, imported"),
        "imported_ended_unfounded": _("unfounded, imported"),
        "imported_ended_outside": _("not ours or taken back, imported"),
        "imported_no_outcome": _("outcome not on record, imported"),
        "imported_warnings": _("Earlier warnings, imported"),
        "imported_received_to_date": _("Received until the end of the period, imported"),
        "imported_of_value_to_date": _("Of value until the end of the period, imported"),
    }


def identity_labels() -> dict[str, str]:
    """What must agree, as a sentence."""
    return {
        "opening": _("closing of the signed report before = carried over + left since"),
        "inflow": _("(1) + (2) + begun again = (3)"),
        "classes": _("the six classes = (3)"),
        "sorting": _("in time + late + not sorted = (2)"),
        "deadlines": _("in time + late = ended in the period"),
        "results": _("results + suspended + still worked on = within our competence"),
        "places": _("all places together = (2)"),
        "units": _("all desks together = (3)"),
        "imported_classes": _("the five imported classes = (4)"),
        "imported_results": _("the imported results = (4)"),
    }
