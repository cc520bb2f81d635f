"""One warning under its code, its picture, and "is this real?"."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.delivery.models import DispatchText
from keng.kit import times
from keng.kit.codes import wordless_code
from keng.kit.languages import FULL_LANGUAGES, language_among
from keng.kit.rate_limits import ask_to_wait
from keng.language.category_names import label_for_reader
from keng.limits.shared import SharedLimit
from keng.public_log.serving import is_provable, proof_of_opened
from keng.relay.texts_to_pass_on import texts_to_pass_on
from keng.warnings import card, queries
from keng.warnings.forms import VerifyForm
from keng.warnings.models import Version, Warning
from keng.warnings.outgoing_text import warning_url
from keng.warnings.verify_codes import VERIFY_LENGTH
from keng.warnings.verifying import verify_pasted


@require_safe
def warning(request: HttpRequest, code: str) -> HttpResponse:
    """The exact version behind a code, with what became of it."""
    version = version_or_404(code)
    published = queries.published_versions_of(version.warning)
    newest = published[0]
    language = language_among(version.texts)
    sent = _sent_text(version, language)
    # Whoever opens what was replaced reads what the newest one changed.
    correction = queries.changes_of_correction(newest, language=language)
    if newest == version or correction is None:
        correction = queries.changes_of_correction(version, language=language)
    context = {
        "version": version,
        "cap": queries.cap_message_of(version),
        "warning": version.warning,
        "words": words_for_reader(version),
        "spoken": language,
        "standing": standing_of_version(version, newest),
        "newest": newest,
        "correction": correction,
        "published": published,
        "category": label_for_reader(version.category),
        "text": sent.text,
        "only_frame": (get_language() or "vi") not in FULL_LANGUAGES,
        "official": _official_beside(version, language),
        "pass_on": texts_to_pass_on(
            sent.text, warning_url(version.verify_code.code), short=sent.short
        ),
        "canonical": warning_url(version.verify_code.code),
        "groups": queries.groups_reached(newest.dispatch_id) if newest != version else 0,
        "is_provable": is_provable("version", str(version.pk)),
        "places": list(queries.place_names([version]).values()),
    }
    return render(request, "warnings/warning.html", context)


@require_safe
def warning_of_dispatch(request: HttpRequest, dispatch: UUID) -> HttpResponse:
    """From what a lead was asked to pass on to the page with everything to pass it on by."""
    sent = Version.objects.filter(dispatch=dispatch).select_related("verify_code").first()
    code = getattr(sent, "verify_code", None)
    if code is None:
        raise Http404
    return redirect("warning", code=code.code)


@require_safe
def warning_proof(request: HttpRequest, code: str) -> HttpResponse:
    """The file that proves that the decision to publish it stands in the public log."""
    version = version_or_404(code)
    proof = proof_of_opened("version", str(version.pk))
    if proof is None:
        raise Http404
    response = HttpResponse(proof, content_type="text/plain; charset=utf-8")
    name = f"canh-bao-{version.verify_code.code}.tlog-proof"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # The next checkpoint has another one.
    response["Cache-Control"] = "public, max-age=60"
    return response


def version_or_404(typed: str) -> Version:
    """The version that a typed code belongs to. Raises Http404."""
    version = queries.version_by_code(wordless_code(typed, VERIFY_LENGTH))
    if version is None:
        raise Http404
    return version


def standing_of_version(version: Version, newest: Version | None = None) -> str:
    """In one word: recalled, replaced, expired or current."""
    if version.warning.state == Warning.State.RECALLED:
        return "recalled"
    if newest is not None and newest.pk != version.pk:
        return "replaced"
    today = times.local_date(times.now())
    return "expired" if version.valid_until and version.valid_until < today else "current"


def _official_beside(version: Version, spoken: str) -> dict[str, str]:
    """Its Vietnamese words, for whoever reads the English ones since there are none of theirs."""
    asked = get_language() or "vi"
    found: dict[str, str] = version.texts["vi"]
    return found if spoken != "vi" and asked not in FULL_LANGUAGES else {}


def words_for_reader(version: Version) -> dict[str, str]:
    """Its words in the language of `language_among`."""
    found: dict[str, str] = version.texts[language_among(version.texts)]
    return found


def _sent_text(version: Version, language: str) -> DispatchText:
    """The very text that was sent, for somebody who wants to send it on."""
    sent = DispatchText.objects.filter(dispatch=version.dispatch_id)
    texts = {text.language: text for text in sent if text.text or text.language == "vi"}
    return texts.get(language) or texts["vi"]


@require_safe
def warning_card(request: HttpRequest, code: str) -> FileResponse:
    """The share card. A recalled or replaced warning has none: nobody should pass it on."""
    version = version_or_404(code)
    newest = queries.published_versions_of(version.warning)[0]
    if standing_of_version(version, newest) in {"recalled", "replaced"}:
        raise Http404
    # The language stands in the address: a chat app that fetches the picture has no choice of it.
    found = card.card_of(version, version.verify_code.code, request.GET.get("in", "vi"))
    path = Path(settings.DATA_FOLDER) / card.stored_card(found)
    name = f"{'canh-bao' if found.language == 'vi' else 'warning'}-{found.code}.png"
    response = FileResponse(
        path.open("rb"),
        content_type="image/png",
        filename=name,
        as_attachment="save" in request.GET,
    )
    response["Cache-Control"] = "public, max-age=300"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# So many at once from one address, then one more for each pause: thirty people in a training room
# share one, and whoever tries all codes gets 43,200 of 729 million a day.
verify_limit = SharedLimit("warning code", at_once=40, pause=2.0)


def verify(request: HttpRequest) -> HttpResponse:
    """From the code at the end of a message, or from the whole message, to what was published."""
    form = VerifyForm(request.POST if request.method == "POST" else None)
    verdict = None
    if form.is_bound and (wait := verify_limit.seconds_to_wait(request)):
        return _not_checked(request, wait)
    if form.is_bound and form.is_valid():
        verdict = verify_pasted(form.cleaned_data["code"])
        if verdict.kind == "code" and verdict.version:
            return redirect("warning", code=verdict.version.verify_code.code)
    context: dict[str, Any] = {
        "form": form,
        "verdict": verdict,
        "puzzle": verify_limit.puzzle(request),
    }
    if verdict and verdict.version:
        newest = queries.published_versions_of(verdict.version.warning)[0]
        context["words"] = words_for_reader(verdict.version)
        context["standing"] = standing_of_version(verdict.version, newest)
    status = 422 if form.errors else 200
    return render(request, "warnings/verify.html", context, status=status)


def _not_checked(request: HttpRequest, wait: int) -> HttpResponse:
    """Nothing is said of the code: neither that it is ours nor that it is not. It stays typed."""
    form = VerifyForm(request.POST)
    form.add_error(
        "code",
        _(
            "Many codes were checked from your network, so this one was not looked at. "
            "Wait %(count)d seconds, then press Check again"
        )
        % {"count": wait},
    )
    context = {"form": form, "verdict": None, "puzzle": verify_limit.puzzle(request)}
    response = render(request, "warnings/verify.html", context)
    return ask_to_wait(response, wait)
