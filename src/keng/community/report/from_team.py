"""Beginning a report on a team's page: the ordinary one, with its place filled in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from keng.community.report.steps import ReportJourney
from keng.kit.ids import id_or_404
from keng.network.models import Lead
from keng.network.queries.teams import team_of_lead
from keng.relay.public.frame import for_lead

_FIRST_STEP = "who-gets"


@require_POST
@for_lead
def report_team(request: HttpRequest, token: str, lead: Lead) -> HttpResponse:
    """From here on nothing tells whose link it was: the draft holds the place and the mark."""
    group = team_of_lead(lead, id_or_404(request.POST.get("group", "")))
    if group is None:
        raise Http404
    report = ReportJourney(request, _FIRST_STEP)
    if report.done and "anew" not in request.POST:
        # Somebody is in the middle of a report of their own: it is neither lost nor marked.
        return render(
            request,
            "community/report/team_other.html",
            {"report": report, "token": token, "group": group},
        )
    report.begin_anew({"team": True, "as_team": True, "place": str(group.place_id)})
    return report.go_to(_FIRST_STEP)
