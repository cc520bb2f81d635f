"""Which acts a restore does again: a row for each kind. How they are listed is in `destroyed`."""

import datetime
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from keng.kit import times
from keng.kit.ids import first_id, read_id
from keng.kit.viewing_copies import NoCopy

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class DestroyedKind:
    """One kind of act that a restore does again."""

    name: str
    """What stands in the list: it stays."""
    done_since: Callable[[datetime.datetime], Iterable[uuid.UUID]]
    """What was done since a moment, by id; read by the worker."""
    undone: Callable[[], Iterable[uuid.UUID]]
    """In a restored database: of what it may have been forgotten."""
    do_again: Callable[[uuid.UUID], None]
    words: str
    """What is told of it after a restore, behind a number."""


def destroyed_kinds() -> list[DestroyedKind]:
    """In the order in which they are done again. Needs the settings."""
    from keng.accounts import after_restore as accounts  # noqa: PLC0415
    from keng.accounts.models import (  # noqa: PLC0415
        MemberPasskey,
        NamedOfficer,
        Officer,
        OfficerPasskey,
        PartnerMember,
        Post,
    )
    from keng.dialogue import replaced_codes, reporter, withdrawal  # noqa: PLC0415
    from keng.files.models import HeldFile  # noqa: PLC0415
    from keng.imported import destroying  # noqa: PLC0415
    from keng.imported.models import ImportBatch, ImportedTip  # noqa: PLC0415
    from keng.network.actions import after_restore as network  # noqa: PLC0415
    from keng.network.models import Group, Lead, Subscription  # noqa: PLC0415
    from keng.openings import holder_keys  # noqa: PLC0415
    from keng.partner_inbox import after_restore as partner_inbox  # noqa: PLC0415
    from keng.partner_inbox.models import (  # noqa: PLC0415
        InboxHolder,
        InboxMatter,
        PartnerInbox,
    )
    from keng.retention import periods, purge  # noqa: PLC0415
    from keng.retention.models import RetentionPeriod  # noqa: PLC0415
    from keng.tips import quarantine  # noqa: PLC0415
    from keng.tips.models import Attachment, OneTimeLink, Tip  # noqa: PLC0415
    from keng.vault.epoch_ends import destroy_epoch  # noqa: PLC0415
    from keng.vault.models import HolderKey, UnitKey, WrappedHolderKey  # noqa: PLC0415

    taken_back = Tip.objects.filter(withdrawn_at=None)
    return [
        DestroyedKind(
            "tip.withdrawn",
            lambda since: _ids(
                Tip.objects.filter(withdrawn_at__gte=since, outcome=Tip.Outcome.WITHDRAWN)
            ),
            lambda: _ids(taken_back),
            lambda tip_id: withdrawal.withdraw_again(tip_id, is_kept=False),
            "reports that were taken back are empty again",
        ),
        DestroyedKind(
            "tip.withdrawn_kept",
            lambda since: _ids(
                Tip.objects.filter(withdrawn_at__gte=since).exclude(outcome=Tip.Outcome.WITHDRAWN)
            ),
            lambda: _ids(taken_back),
            lambda tip_id: withdrawal.withdraw_again(tip_id, is_kept=True),
            "reports were taken back after an officer had acted: nobody writes to their reporters",
        ),
        DestroyedKind(
            "attachment.quarantined",
            lambda since: _ids(
                Attachment.objects.filter(
                    original_path__in=HeldFile.objects.filter(at__gte=since).values("original_path")
                )
            ),
            lambda: _ids(
                Attachment.objects.exclude(original_path="").exclude(no_copy=NoCopy.QUARANTINED)
            ),
            quarantine.quarantine_again,
            "files are in quarantine again, and their copies destroyed",
        ),
        DestroyedKind(
            "receipt.replaced",
            # Which replacing and not which report: a code that the backup has goes on opening it.
            lambda since: chain(
                replaced_codes.replacings_of_tips_since(since),
                _ids(Tip.objects.filter(codes_disputed_at__gte=since)),
            ),
            # Lists of earlier versions name the report for both.
            lambda: chain(
                (replacing for replacing, _ in replaced_codes.next_replacings()),
                _ids(Tip.objects.filter(codes_disputed_at=None)),
            ),
            replaced_codes.dispute_again,
            "reports had got a new receipt code, which is lost: no code opens them, answer in the "
            "way that was agreed on before",
        ),
        DestroyedKind(
            "receipt.shown",
            lambda since: OneTimeLink.objects.filter(opened_at__gte=since).values_list(
                "tip_id", flat=True
            ),
            lambda: set(
                OneTimeLink.objects.filter(opened_at=None).values_list("tip_id", flat=True)
            ),
            reporter.close_link_again,
            "links that had shown their code show it no more",
        ),
        DestroyedKind(
            "tip.purged",
            lambda since: _ids(Tip.objects.filter(purged_at__gte=since)),
            lambda: _ids(Tip.objects.filter(state=Tip.State.CLOSED, purged_at=None)),
            purge.purge_again,
            "reports whose time was over are empty again",
        ),
        DestroyedKind(
            "period.stopped",
            lambda since: _ids(RetentionPeriod.objects.filter(ended_at__gte=since)),
            lambda: _ids(RetentionPeriod.objects.filter(ended_at=None, refused_at=None)),
            periods.stop_period_again,
            "retention periods are stopped again; whoever replaced one proposes the new one anew",
        ),
        DestroyedKind(
            "import.purged",
            lambda since: _ids(ImportedTip.objects.filter(purged_at__gte=since)),
            lambda: _ids(ImportedTip.objects.filter(purged_at=None)),
            destroying.purge_again,
            "words of imported tips whose time was over are empty again",
        ),
        DestroyedKind(
            "import.ended",
            lambda since: _ids(ImportBatch.objects.filter(ended_at__gte=since)),
            lambda: _ids(ImportBatch.objects.unsettled()),
            destroying.end_again,
            "sheets of earlier records that were refused or too late are destroyed again",
        ),
        DestroyedKind(
            "subscription.stopped",
            lambda since: _ids(Subscription.objects.filter(stopped_at__gte=since)),
            lambda: _ids(Subscription.objects.filter(stopped_at=None)),
            network.stop_subscription_again,
            "subscriptions are stopped again",
        ),
        DestroyedKind(
            "officer.account_closed",
            lambda _: _ids(Officer.objects.filter(is_active=False)),
            lambda: _ids(Officer.objects.filter(is_active=True)),
            accounts.close_account_again,
            "officers' accounts are closed again",
        ),
        DestroyedKind(
            "post.ended",
            lambda since: _ids(
                Post.objects.filter(
                    valid_to__gte=times.local_date(since) - datetime.timedelta(days=1),
                    valid_to__lt=times.local_date(times.now()),
                )
            ),
            lambda: _ids(Post.objects.current()),
            accounts.end_post_again,
            "officers' posts are ended again",
        ),
        _recorded_kind(
            "officer.credentials_renewed",
            lambda: _ids(Officer.objects.filter(is_active=True)),
            accounts.void_replaced_sign_in,
            "officers had got a new sign-in: the old one is void, give each another "
            "(`keng officer renew NAME`, or on the desk)",
        ),
        DestroyedKind(
            "officer.passkey_stopped",
            lambda since: _ids(OfficerPasskey.objects.filter(stopped_at__gte=since)),
            lambda: _ids(OfficerPasskey.objects.filter(stopped_at=None)),
            accounts.stop_passkey_again,
            "officers' passkeys are stopped again",
        ),
        _recorded_kind(
            "officer.passkey_removed",
            lambda: set(_holders(OfficerPasskey.objects.all())),
            accounts.remove_passkeys_again,
            "officers had removed a passkey: none of theirs signs in, they add them again",
        ),
        DestroyedKind(
            "partner.passkey_stopped",
            lambda since: _ids(MemberPasskey.objects.filter(stopped_at__gte=since)),
            lambda: _ids(MemberPasskey.objects.filter(stopped_at=None)),
            accounts.stop_member_passkey_again,
            "partners' passkeys are stopped again",
        ),
        _recorded_kind(
            "partner.passkey_removed",
            lambda: set(_holders(MemberPasskey.objects.all())),
            accounts.remove_member_passkeys_again,
            "people of partners had removed a passkey: none of theirs signs in",
        ),
        DestroyedKind(
            "named.ended",
            lambda since: _ids(NamedOfficer.objects.filter(ended_at__gte=since)),
            lambda: _ids(NamedOfficer.objects.filter(ended_at=None)),
            accounts.end_naming_again,
            "officers are named for matters of children and sexual offences no more",
        ),
        DestroyedKind(
            "holder.retired",
            lambda since: _ids(HolderKey.objects.filter(retired_at__gte=since)),
            lambda: _ids(HolderKey.objects.filter(retired_at=None)),
            holder_keys.retire_key_again,
            "officers' keys for opening are given up again",
        ),
        _recorded_kind(
            "holder.phrase_renewed",
            lambda: set(
                WrappedHolderKey.objects.filter(
                    kind=WrappedHolderKey.Kind.PHRASE, holder_key__retired_at=None
                ).values_list("holder_key__officer_ref", flat=True)
            ),
            holder_keys.destroy_phrase_again,
            "officers had got a new opening phrase: the old one opens nothing, and who has no "
            "passkey for their key makes another key",
        ),
        DestroyedKind(
            "partner.member_closed",
            lambda _: _ids(PartnerMember.objects.filter(is_active=False)),
            lambda: _ids(PartnerMember.objects.filter(is_active=True)),
            accounts.close_member_again,
            "people of partners are closed again",
        ),
        _recorded_kind(
            "matter.withdrawn",
            lambda: _ids(InboxMatter.objects.all()),
            partner_inbox.destroy_withdrawn_matter_again,
            "matters of partners that were taken back are destroyed again",
        ),
        _recorded_kind(
            "inbox.key_ended",
            lambda: _ids(InboxHolder.objects.current()),
            partner_inbox.end_inbox_key_again,
            "keys for inboxes of partners are ended again",
        ),
        _recorded_kind(
            "inbox.ended",
            lambda: _ids(PartnerInbox.objects.current()),
            partner_inbox.end_inbox_again,
            "inboxes of partners that nobody could read any more are ended again",
        ),
        DestroyedKind(
            "lead.erased",
            lambda since: _ids(Lead.objects.filter(erased_at__gte=since)),
            lambda: _ids(Lead.objects.filter(erased_at=None)),
            network.erase_lead_again,
            "leads are erased again, as they had asked",
        ),
        DestroyedKind(
            "lead.erase_asked",
            lambda since: _ids(Lead.objects.filter(erase_asked_at__gte=since)),
            lambda: _ids(Lead.objects.filter(erase_asked_at=None, erased_at=None)),
            network.ask_to_erase_again,
            "leads are erased in two days, as their links had asked",
        ),
        DestroyedKind(
            "lead.stopped",
            lambda since: _ids(Lead.objects.filter(stopped_at__gte=since, erase_asked_at=None)),
            lambda: _ids(Lead.objects.filter(stopped_at=None)),
            network.stop_lead_again,
            "leads take part no more",
        ),
        _recorded_kind(
            "lead.link_reissued",
            lambda: _ids(Lead.objects.all()),
            network.end_lead_link_again,
            "leads' links were replaced: the old ones are ended, give each another",
        ),
        DestroyedKind(
            "group.retired",
            lambda _: _ids(Group.objects.filter(is_active=False)),
            lambda: _ids(Group.objects.filter(is_active=True)),
            network.retire_group_again,
            "groups are out of use again",
        ),
        DestroyedKind(
            "epoch.destroyed",
            lambda since: _ids(UnitKey.objects.filter(destroyed_at__gte=since)),
            lambda: _ids(UnitKey.objects.filter(destroyed_at=None, epoch__isnull=False)),
            destroy_epoch,
            "keys of ended epochs are destroyed again",
        ),
    ]


def _ids(rows: "QuerySet[Any]") -> Iterator[uuid.UUID]:
    return rows.values_list("pk", flat=True).iterator()


def _holders(passkeys: "QuerySet[Any]") -> Iterator[uuid.UUID]:
    return passkeys.values_list("holder_id", flat=True).iterator()


def _recorded_kind(
    action: str,
    undone: Callable[[], Iterable[uuid.UUID]],
    do_again: Callable[[uuid.UUID], None],
    words: str,
) -> DestroyedKind:
    """What only the record tells: that it was done to somebody, and for which time.

    Which time is listed, and not to whom alone: whoever has a new sign-in in the backup keeps it,
    though the list of the days before it names them. Lists of earlier versions name the row.
    """

    def lost_or_named() -> Iterator[uuid.UUID]:
        rows = set(undone())
        return chain(_next_times(action, rows), rows)

    def do_to_its_row(time_or_row: uuid.UUID) -> None:
        do_again(_next_times(action, set(undone())).get(time_or_row, time_or_row))

    return DestroyedKind(
        action, lambda since: _times_since(action, since), lost_or_named, do_to_its_row, words
    )


def _times_since(action: str, since: datetime.datetime) -> Iterator[uuid.UUID]:
    """Every time that it was done to each of those to whom it was done since."""
    from keng.audit.models import Entry  # noqa: PLC0415 -- needs the settings

    lately = Entry.objects.filter(id__gte=first_id(since), action=action).values("object_id")
    for row_id, many in _how_often(action, object_id__in=lately):
        yield from (_time(row_id, action, number) for number in range(1, many + 1))


def _next_times(action: str, rows: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Of each row the time that this database does not have, and the row."""
    known = dict(_how_often(action))
    return {_time(row_id, action, known.get(row_id, 0) + 1): row_id for row_id in rows}


def _how_often(action: str, **only: Any) -> Iterator[tuple[uuid.UUID, int]]:
    from django.db.models import Count  # noqa: PLC0415 -- needs the settings

    from keng.audit.models import Entry  # noqa: PLC0415 -- as above

    counted = Entry.objects.filter(action=action, **only).values_list("object_id")
    for object_id, many in counted.annotate(Count("id")).iterator():
        if row_id := read_id(object_id):
            yield row_id, many


def _time(row_id: uuid.UUID, action: str, number: int) -> uuid.UUID:
    return uuid.uuid5(row_id, f"{action} {number}")
