"""From an answer into a report: what was looked up stands there already, in nobody's address."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from keng.community.report.describe import DescribeForm
from keng.community.report.steps import MOST_WORDS, ReportJourney, TooManyBegun
from keng.kit.browser_drafts import on_newest_draft


@require_POST
@on_newest_draft
def report_with(request: HttpRequest) -> HttpResponse:
    """Begin a report with these words, or go on with the one that is open."""
    report = ReportJourney(request, "who-gets")
    words = request.POST.get("text", "").replace("\x00", "").strip()
    written = report.answers.get("text", "")
    if words and words not in written:
        together = f"{written}\n\n{words}" if written else words
        report.answers["text"] = together[:MOST_WORDS]
    try:
        return report.go_to(report.next_step)
    except TooManyBegun as error:
        # In the box of the report's words, which comes back here.
        report.step = "describe"
        form = DescribeForm({"text": words})
        return report.refuse_to_begin(form, error, lambda: report.question_page(form))
