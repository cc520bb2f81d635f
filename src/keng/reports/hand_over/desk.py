"""The page on which an officer says what a hand-over file is made for, and gets it."""

import uuid

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from keng.acts.errors import NotAllowed, Refused
from keng.decisions.hand_over import record_hand_over
from keng.kit.forms import Form
from keng.reports.hand_over.package import HandOverPackage, refuse_too_much
from keng.tips.models import Decision, Tip


class HandOverForm(Form):
    """What it is made for."""

    handed_for = forms.ChoiceField(
        label=_("What is the file made for?"),
        choices=Decision.HandedFor.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is made for.")},
    )
    reason = forms.CharField(
        label=_("Who gets it, and by which letter or decision?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write who gets it.")},
    )


def tip_hand_over(request: HttpRequest, pk: uuid.UUID) -> HttpResponse | StreamingHttpResponse:
    """Ask for the reason; then put it on record and send the file."""
    tip = Tip.objects.visible_to(request.officer).filter(pk=pk).first()
    if tip is None:
        raise Http404
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            refuse_too_much(tip)
            decision = record_hand_over(tip.pk, **form.cleaned_data, by=request.officer)
            package = HandOverPackage(tip, decision)
        except NotAllowed as error:
            raise Http404 from error
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            return _download(package, tip)
    context = {"tip": tip, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "reports/hand_over.html", context, status=status)


def _download(package: HandOverPackage, tip: Tip) -> StreamingHttpResponse:
    name = slugify(tip.reference) or "tip"
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return StreamingHttpResponse(package.pieces(), content_type="application/zip", headers=headers)
