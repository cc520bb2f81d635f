"""Telling once that a warning is over: whoever asked for that, and then their request is gone.

The rows that carry it and the end of the requests are one transaction: a killed worker has told
either nobody or everybody of a portion.
"""

import datetime

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.delivery.actions.asked_messages import AskedMessage, write_asked_messages
from keng.delivery.models import Dispatch
from keng.delivery.priorities import Priority
from keng.delivery.queries.subscribers import reachable_subscriptions
from keng.kit import times
from keng.kit.codes import halved_code
from keng.network.models import Subscription
from keng.warnings.models import VerifyCode, Version, Warning
from keng.warnings.outgoing_text import date_words

_PORTION = 500
# Nobody is woken to hear that a day is over.
_MORNING = datetime.timedelta(hours=7)


@work()
def tell_when_over() -> int:
    """A portion of those who asked about one warning that is over; how many were told."""
    code = _code_to_tell()
    if code is None:
        return 0
    asked = lock_available(_reachable().filter(warning_code=code)).order_by("id")
    return _tell(list(asked[:_PORTION]), code)


def _reachable() -> QuerySet[Subscription]:
    """Requests that can be told now; the others wait."""
    return reachable_subscriptions().exclude(warning_code="")


def _code_to_tell() -> str | None:
    """Of a warning that somebody asked about, and that was recalled or whose last day is over."""
    today = times.local_date(times.now() - _MORNING)
    over = Q(version__warning__valid_until__lt=today)
    recalled = Q(version__warning__state=Warning.State.RECALLED)
    asked = _reachable().values("warning_code")
    found = VerifyCode.objects.filter(over | recalled, code__in=asked)
    return found.order_by("code").values_list("code", flat=True).first()


def _tell(asked: list[Subscription], code: str) -> int:
    published = Version.objects.newest_published().select_related("warning__unit")
    newest = published.get(warning__versions__verify_code__code=code)
    notice = Dispatch.objects.create(
        kind=Dispatch.Kind.NOTICE,
        is_urgent=False,
        unit_id=newest.warning.unit_id,
        source_kind="warning_over",
        source_ref=newest.warning_id,
        materialised_at=times.now(),
    )
    words = {
        language: _message_of(newest, code, language)
        for language in {one.language for one in asked}
    }
    messages = [AskedMessage(one, *words[one.language]) for one in asked]
    written = write_asked_messages(notice, messages, priority=Priority.LETTER)
    requests = Subscription.objects.filter(pk__in=[one.pk for one in asked])
    requests.update(stopped_at=times.now(), address_sealed=b"")
    return written


def _message_of(newest: Version, code: str, language: str) -> tuple[str, str]:
    """Subject and text."""
    warning = newest.warning
    title = newest.texts.get(language, newest.texts["vi"])["title"]
    with translation.override(language):
        subject = _("It is over: %s") % title
        lines = [
            _("This warning of %(unit)s is over: “%(title)s” (code %(code)s).")
            % {"title": title, "code": halved_code(code), "unit": warning.unit.name},
        ]
        if warning.state == Warning.State.RECALLED:
            lines += [
                _("It was taken back. Reason: %s") % warning.recall_words,
                _("Please do not pass it on."),
            ]
        elif warning.valid_until is not None:
            lines.append(_("It was valid until %s.") % date_words(warning.valid_until))
        lines.append(
            _("You asked to be told once. Your request has been deleted: nothing more comes.")
        )
    return subject, "\n".join(lines)
