"""Making the CAP files about what is public: the worker does it, a few seconds after an act.

A file follows from what was let out or taken back, which stands on record, and from nothing else:
two workers make the same one, and the one that comes second leaves it.
"""

from django.db.models import Exists, F, OuterRef, QuerySet

from keng.acts.work import work
from keng.kit.compiled_queries import CompiledQuery
from keng.warnings.cap_document import CapDocument, cap_xml, reference_to
from keng.warnings.cap_of_warning import cap_of_recall, cap_of_version
from keng.warnings.cap_signature import sign_cap
from keng.warnings.models import CapMessage, Version, Warning

_AT_ONCE = 20


def issue_cap_messages() -> int:
    """A portion of what has no file yet, the oldest first; how many were made."""
    is_due = _ANY_WITHOUT_MESSAGE.fetch_rows() or _ANY_WITHOUT_CANCEL.fetch_rows()
    return _issue_portion() if is_due else 0


@work()
def _issue_portion() -> int:
    made = 0
    for version in _without_message()[:_AT_ONCE]:
        made += _issue(version, cap_of_version(version, _references_before(version)))
    # Once each of its versions has one: a Cancel names all of them.
    for version in _without_cancel()[:_AT_ONCE] if not made else ():
        made += _issue(version, cap_of_recall(version, _references_before(version)))
    return made


def _without_message() -> QuerySet[Version]:
    known = CapMessage.objects.filter(version=OuterRef("pk")).exclude(kind=CapMessage.Kind.CANCEL)
    public = Version.objects.ever_released().filter(~Exists(known), verify_code__isnull=False)
    return _with_what_is_said(public).order_by("released_at", "number")


def _without_cancel() -> QuerySet[Version]:
    known = CapMessage.objects.filter(
        version__warning=OuterRef("warning"), kind=CapMessage.Kind.CANCEL
    )
    newest = Version.objects.newest_published().filter(
        ~Exists(known), warning__state=Warning.State.RECALLED, verify_code__isnull=False
    )
    return _with_what_is_said(newest).order_by(F("warning__recalled_at"))


# Asked every five seconds, also while nothing is let out.
_ANY_WITHOUT_MESSAGE = CompiledQuery(lambda: _without_message().values_list("pk")[:1])
_ANY_WITHOUT_CANCEL = CompiledQuery(lambda: _without_cancel().values_list("pk")[:1])


def _with_what_is_said(versions: QuerySet[Version]) -> QuerySet[Version]:
    return versions.select_related("warning__unit", "verify_code")


def _references_before(version: Version) -> tuple[str, ...]:
    """Of every message about this warning so far."""
    earlier = CapMessage.objects.filter(version__warning=version.warning_id)
    return tuple(earlier.order_by("sent_at").values_list("reference", flat=True))


def _issue(version: Version, document: CapDocument) -> int:
    xml = cap_xml(document)
    message = CapMessage(
        identifier=document.identifier,
        version=version,
        kind=document.kind,
        reference=reference_to(document.sender, document.identifier, document.sent),
        sent_at=document.sent,
        xml=xml.decode(),
        signature=sign_cap(xml),
    )
    CapMessage.objects.bulk_create([message], ignore_conflicts=True)
    return 1
