"""The bar that rings: asked by every page of the desk, since a critical tip waits for no reload."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.kit.ids import read_id
from keng.tips.desk.aftermath import forget_old_key
from keng.tips.queries.inbox import ringing


@require_GET
def bar(request: HttpRequest) -> HttpResponse:
    """The oldest critical tip that nobody has taken; `on` is the tip whose page is open already."""
    forget_old_key(request)
    alarm = ringing(request.officer)
    context = {"alarm": alarm, "shown": read_id(request.GET.get("on", ""))}
    return render(request, "tips/desk/parts/alarm.html", context)
