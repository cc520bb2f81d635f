"""Telling a partner's people by letter that a warning they passed on does not hold any more.

The list on their pages stays as it is (`changed_shares`); a letter names the public warning and
leads there. What the partner passed on is read by the machine alone.
"""

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Partner, PartnerMember
from keng.acts.locks import lock
from keng.acts.work import work
from keng.delivery.actions.asked_messages import AskedMessage, write_asked_messages
from keng.delivery.actions.subscribing import call_off_messages_to
from keng.delivery.models import ChannelAccount, Dispatch
from keng.delivery.priorities import Priority
from keng.delivery.ways_to_receive import BY_LETTER
from keng.kit import times
from keng.kit.codes import halved_code
from keng.network.models import Subscription
from keng.network.secret_links import stop_url
from keng.partners.changed_shares import ChangedShare, changed_shares_of
from keng.partners.models import KitShare


def tell_members() -> int:
    """Of every partner whose people asked for letters; how many letters were written."""
    stop_letters_of_closed_members()
    if not ChannelAccount.objects.filter(channel=BY_LETTER, is_active=True).exists():
        return 0
    passed_on = KitShare.objects.values("partner_id")
    partners = Partner.objects.only("pk").filter(is_active=True, pk__in=passed_on)
    return sum(_tell_people_of(partner) for partner in partners.order_by("pk"))


@work()
def stop_letters_of_closed_members() -> int:
    """Whoever signs in no more gets no letter, and their address is kept no longer; how many."""
    members = PartnerMember.objects.filter(is_active=True)
    of_closed = Subscription.objects.filter(member_ref__isnull=False, stopped_at__isnull=True)
    keys = [one.pk for one in lock(of_closed.exclude(member_ref__in=members.values("pk")))]
    Subscription.objects.filter(pk__in=keys).update(stopped_at=times.now(), address_sealed=b"")
    call_off_messages_to(keys)
    return len(keys)


@work()
def _tell_people_of(partner: Partner) -> int:
    # Whoever is just being written to or stopped is waited for: a change is told once, and nobody
    # is left out for good.
    asked = list(lock(_letters_of(partner)))
    changed_shares = changed_shares_of(partner) if asked else ()
    return sum(_tell(partner, changed, asked) for changed in changed_shares)


def _letters_of(partner: Partner) -> QuerySet[Subscription]:
    people = PartnerMember.objects.filter(
        partner_id=partner.pk, is_active=True, awaits_agreement=False
    )
    return Subscription.objects.filter(
        member_ref__in=people.values("pk"), confirmed_at__isnull=False, stopped_at__isnull=True
    )


def _tell(partner: Partner, changed: ChangedShare, asked: list[Subscription]) -> int:
    shares = KitShare.objects.filter(partner=partner, version__warning=changed.warning_id)
    if shares.filter(told_at__gte=changed.changed_at).exists():
        return 0
    shares.update(told_at=times.now())
    since = changed.changed_at
    asked_before = [one for one in asked if one.confirmed_at and one.confirmed_at <= since]
    if not asked_before:
        return 0
    unit = changed.newest.warning.unit
    notice = Dispatch.objects.create(
        kind=Dispatch.Kind.NOTICE,
        is_urgent=False,
        unit=unit,
        source_kind="changed_share",
        source_ref=changed.warning_id,
        materialised_at=times.now(),
    )
    letters = []
    for one in asked_before:
        with translation.override(one.language):
            letters.append(AskedMessage(one, *_letter(changed, one)))
    return write_asked_messages(notice, letters, priority=Priority.CORRECTION)


def _letter(changed: ChangedShare, asked: Subscription) -> tuple[str, str]:
    """The title is public; what stands in no letter is in how many groups it was passed on."""
    subject = (
        _("Taken back: a warning that you passed on")
        if changed.is_recalled
        else _("Corrected: a warning that you passed on")
    )
    page = settings.PUBLIC_URL + reverse("partner-kit", "keng.site.public_urls")
    code = changed.newest.verify_code.code
    lines = [
        f"{subject}: “{changed.title}” ({halved_code(code)}).",
        _("What to post in the same groups stands on your page: %(link)s") % {"link": page},
        _("To receive nothing more: %(link)s") % {"link": stop_url(asked)},
    ]
    return subject, "\n".join(lines)
