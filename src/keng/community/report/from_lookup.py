"""From an answer into a report: what was looked up stands there already, in nobody's address."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from keng.community.report.describe import DescribeForm
from keng.community.report.steps import ReportJourney, TooManyBegun
from keng.kit.browser_drafts import on_newest_draft


@require_POST
@on_newest_draft
def report_with(request: HttpRequest) -> HttpResponse:
    """Begin a report with these words, or go on with the one that is open."""
    report = ReportJourney(request, "who-gets")
    report.add_words(request.POST.get("text", "").replace("\x00", "").strip())
    try:
        return report.go_to(report.next_step)
    except TooManyBegun:
        return report.write_at_once(DescribeForm({"text": report.answers["text"]}))
