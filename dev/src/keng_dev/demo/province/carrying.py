"""How warnings were carried: a row for each group, a task for each lead, what came of both."""

import dataclasses
import datetime as dt
import hashlib
import uuid
from collections.abc import Container, Sequence
from dataclasses import dataclass
from random import Random

from keng.accounts.models import Officer
from keng.audit.actions import unit_chain
from keng.delivery.actions.dispatch import TextToSend
from keng.delivery.audience import Audience, SameRecipients
from keng.delivery.models import (
    Approval,
    ChannelAccount,
    Delivery,
    Dispatch,
    DispatchAudience,
    DispatchText,
    RelayTask,
    SandboxMessage,
)
from keng.delivery.priorities import priority_to_many
from keng.network.models import Group, Lead
from keng.places.models import Unit
from keng.relay.relay_acts import chain_of_task
from keng_dev.demo.province.bulk import copy_in
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.network import Network
from keng_dev.demo.province.record import Act, Record
from keng_dev.demo.province.volumes import Volumes

_SEEN_BY_AN_OFFICER = 5
# The worker makes the rows of what was approved.
_ROWS_AFTER = dt.timedelta(milliseconds=600)
_VIA = (
    ("zalo", 70),
    ("contact_book", 8),
    ("loudspeaker", 9),
    ("board", 6),
    ("facebook", 5),
    ("other", 2),
)
S = Delivery.State


@dataclass(frozen=True, slots=True)
class Sending:
    """One text to one list of groups at one moment."""

    kind: str
    at: dt.datetime
    unit: Unit
    texts: Sequence[TextToSend]
    text_hash: bytes
    version: uuid.UUID
    is_urgent: bool
    author: Officer | None
    """None where one person may act alone."""
    approver: Officer
    helper: Officer
    """Hands the text out to leads, and looks into some groups afterwards."""
    audience: Audience | SameRecipients
    """Chosen by place and kind, or whoever had what it corrects or takes back."""
    expires_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    """When it was replaced or taken back; nobody passes it on after that."""


class Carrier:
    """Collects every row of the year and writes them all at the end."""

    def __init__(self, network: Network, volumes: Volumes, dice: Random) -> None:
        self._network, self._volumes, self._dice = network, volumes, dice
        self._accounts = list(ChannelAccount.objects.all())
        self._approvals: list[Approval] = []
        self._dispatches: list[Dispatch] = []
        self._audiences: list[DispatchAudience] = []
        self._texts: list[DispatchText] = []
        self._deliveries: list[Delivery] = []
        self._tasks: list[RelayTask] = []

    def audience(self, unit: Unit, kinds: Container[str]) -> list[Group]:
        """Groups of the sending unit, and for the province of every unit below it."""
        found = [
            group
            for group in self._network.groups
            if group.kind in kinds and (unit.parent_id is None or group.unit_id == unit.pk)
        ]
        return sorted(found, key=lambda group: group.pk)

    def send(
        self, sending: Sending, groups: list[Group], record: Record
    ) -> tuple[Approval, Dispatch]:
        """What sending exactly this made, and what became of it since."""
        audience = sending.audience
        if isinstance(audience, Audience):
            posted = tuple((group.pk, group.channel, group.channel_address) for group in groups)
            audience = dataclasses.replace(audience, groups=posted)
        approval = Approval(
            id=id_at(sending.at, self._dice),
            text_hash=sending.text_hash,
            audience_hash=audience.hash,
            approved_by=sending.approver,
            author=sending.author,
            at=sending.at,
        )
        dispatch = Dispatch(
            id=id_at(sending.at, self._dice),
            kind=sending.kind,
            is_urgent=sending.is_urgent,
            unit=sending.unit,
            approval=approval,
            source_kind="warning_version",
            source_ref=sending.version,
            expires_at=sending.expires_at,
            materialised_at=sending.at + _ROWS_AFTER,
            earlier_ended_at=None if isinstance(audience, Audience) else sending.at,
            created_at=sending.at,
        )
        self._approvals.append(approval)
        self._dispatches.append(dispatch)
        self._audiences.append(DispatchAudience(dispatch=dispatch, definition=audience.definition))
        text = self._write_texts(sending, dispatch)
        tasks = self._ask_leads(sending, dispatch, groups, record)
        for group in groups:
            self._deliver(sending, dispatch, text, group, tasks.get(group.pk))
        on, chain = ("dispatch", str(dispatch.pk)), unit_chain(sending.unit.pk)
        approved = {
            "kind": str(sending.kind),
            "audience": audience.hash.hex(),
            "people": approval.people,
            "approval": str(approval.pk),
        }
        record.note(chain, Act(sending.at, "dispatch.sent", sending.approver, on, approved))
        made = {
            "recipients": len(groups),
            "relay_tasks": sum(task.dispatch_id == dispatch.pk for task in self._tasks),
            "left_out": 0,
            "digest": _digest(groups).hex(),
        }
        at = sending.at + _ROWS_AFTER
        record.note(chain, Act(at, "dispatch.materialised", "worker", on, made))
        return approval, dispatch

    def end(
        self, dispatch: Dispatch, at: dt.datetime, *, by: Officer, reason: str, record: Record
    ) -> None:
        """Whatever had not left by then never leaves."""
        unsent = [
            each
            for each in self._deliveries
            if each.dispatch_id == dispatch.pk and each.state == S.QUEUED
        ]
        for each in unsent:
            each.state, each.settled_at, each.called_off_at = S.CANCELLED, at, at
        dispatch.cancelled_at = dispatch.cancelled_at or at
        detail = {"unsent": len(unsent), "reason": reason}
        on = ("dispatch", str(dispatch.pk))
        record.note(unit_chain(dispatch.unit_id), Act(at, "dispatch.cancelled", by, on, detail))

    def write(self) -> None:
        """Everything that was collected, in the order in which rows point at each other."""
        Approval.objects.bulk_create(self._approvals)
        Dispatch.objects.bulk_create(self._dispatches)
        copy_in(self._audiences)
        copy_in(self._texts)
        copy_in(self._deliveries)
        copy_in(self._tasks)
        copy_in([self._on_a_phone(each) for each in self._deliveries if _is_on_a_phone(each)])
        signs = [group for group in self._network.groups if group.last_sign_at]
        Group.objects.bulk_update(signs, ["last_sign_at"])

    def _on_a_phone(self, delivery: Delivery) -> SandboxMessage:
        """What the simulated phones show of it."""
        assert delivery.text and delivery.account_id  # noqa: S101, PT018 -- ours have both
        at = delivery.settled_at or delivery.created_at
        return SandboxMessage(
            id=id_at(at, self._dice),
            account_id=delivery.account_id,
            address=delivery.address,
            delivery_ref=delivery.pk,
            text=delivery.text.text,
            has_image=False,
            image_path="",
            at=at,
        )

    def _write_texts(self, sending: Sending, dispatch: Dispatch) -> DispatchText:
        made = [
            DispatchText(
                id=id_at(sending.at, self._dice),
                dispatch=dispatch,
                language=one.language,
                subject=one.subject,
                text=one.text,
                short=one.short,
            )
            for one in sending.texts
        ]
        self._texts += made
        return made[0]

    def _ask_leads(
        self, sending: Sending, dispatch: Dispatch, groups: list[Group], record: Record
    ) -> dict[object, RelayTask]:
        """A task for each group by hand, and one for whoever stands above such a lead."""
        by_group: dict[object, RelayTask] = {}
        heads: dict[object, Lead] = {}
        asked: set[object] = set()
        for group in groups:
            if group.channel != "by_hand":
                continue
            (lead,) = self._network.leads_of[group.pk]
            asked.add(lead.pk)
            by_group[group.pk] = self._task(sending, dispatch, lead, group)
            if lead.above:
                heads[lead.above.pk] = lead.above
        for head in heads.values():
            if head.pk not in asked:
                self._task(sending, dispatch, head, None)
        self._look_into_some(sending, list(by_group.values()))
        self._note(dispatch, record)
        return by_group

    def _task(
        self, sending: Sending, dispatch: Dispatch, lead: Lead, group: Group | None
    ) -> RelayTask:
        dice = self._dice
        task = RelayTask(
            id=id_at(sending.at, dice),
            dispatch=dispatch,
            lead=lead,
            group=group,
            created_at=sending.at,
            handed_out_at=sending.at + dt.timedelta(minutes=12),
            handed_out_by=sending.helper,
        )
        at = sending.at + dt.timedelta(hours=3 * dice.lognormvariate(0, 1.1))
        if dice.random() < self._network.reliability[lead.pk] and at < self._until(sending):
            task.confirmed_at = at
            (task.via,) = dice.choices([via for via, _ in _VIA], [share for _, share in _VIA])
            if group is not None and dice.random() < 0.6:
                task.reached_count = int(group.member_count * dice.uniform(0.4, 0.95))
            if group is not None:
                group.last_sign_at = max(at, group.last_sign_at or at)
        self._tasks.append(task)
        return task

    def _look_into_some(self, sending: Sending, tasks: list[RelayTask]) -> None:
        confirmed = [task for task in tasks if task.confirmed_at]
        for task in self._dice.sample(confirmed, min(_SEEN_BY_AN_OFFICER, len(confirmed))):
            seen_at = (task.confirmed_at or sending.at) + dt.timedelta(
                hours=self._dice.uniform(1, 20)
            )
            if seen_at < self._until(sending):
                task.seen_at, task.seen_by = seen_at, sending.helper

    def _note(self, dispatch: Dispatch, record: Record) -> None:
        for task in reversed(self._tasks):
            if task.dispatch is not dispatch:
                break
            on, detail = ("relaytask", str(task.pk)), {"tasks": [str(task.pk)]}
            if task.handed_out_at:
                by = task.handed_out_by
                act = Act(task.handed_out_at, "relay.handed_out", by, on, detail)
                record.note(chain_of_task(task, by), act)
            if task.confirmed_at:
                said = {**detail, "via": task.via}
                act = Act(task.confirmed_at, "relay.confirmed", task.lead, on, said)
                record.note(chain_of_task(task, task.lead), act)
            if task.seen_at:
                act = Act(task.seen_at, "relay.seen", task.seen_by, on, detail)
                record.note(chain_of_task(task, task.seen_by), act)

    def _deliver(
        self,
        sending: Sending,
        dispatch: Dispatch,
        text: DispatchText,
        group: Group,
        task: RelayTask | None,
    ) -> None:
        state, code, settled_at = self._outcome(sending, task)
        account = self._account(group)
        self._deliveries.append(
            Delivery(
                id=id_at(sending.at, self._dice),
                dispatch=dispatch,
                account=account,
                channel=group.channel,
                recipient_kind=Delivery.RecipientKind.GROUP,
                recipient_ref=group.pk,
                text=text,
                address=group.channel_address,
                priority=priority_to_many(dispatch.kind, is_urgent=dispatch.is_urgent),
                is_urgent=dispatch.is_urgent,
                state=state,
                code=code,
                settled_at=settled_at,
                not_before=sending.at,
                expires_at=sending.expires_at,
                attempts=1 if account else 0,
                created_at=sending.at,
            )
        )

    def _outcome(
        self, sending: Sending, task: RelayTask | None
    ) -> tuple[str, str, dt.datetime | None]:
        if task is not None:
            if task.confirmed_at:
                return S.RELAYED, "", task.confirmed_at
            if sending.expires_at and sending.expires_at < self._until(sending):
                return S.REJECTED, "expired", sending.expires_at
            return S.QUEUED, "", None
        draw, soon = self._dice.random(), sending.at + dt.timedelta(seconds=9)
        if draw < 0.9:
            return S.SENT, "", soon
        return (S.DELIVERED, "", soon) if draw < 0.985 else (S.UNKNOWN, "timeout", soon)

    def _until(self, sending: Sending) -> dt.datetime:
        """What did not happen by then never did."""
        return min(self._volumes.now, sending.ends_at or self._volumes.now)

    def _account(self, group: Group) -> ChannelAccount | None:
        """The group's own unit's account, else the one of the unit above."""
        wanted = [each for each in self._accounts if each.channel == group.channel]
        own = [each for each in wanted if each.unit_id == group.unit_id]
        above = [each for each in wanted if each.unit_id == group.unit.parent_id]
        return next(iter([*own, *above]), None)


def _is_on_a_phone(delivery: Delivery) -> bool:
    return delivery.channel == "sandbox" and delivery.state in {S.SENT, S.DELIVERED}


def _digest(groups: list[Group]) -> bytes:
    """As keng.delivery.actions.materialising computes it over the rows."""
    lines = [f"{group.pk} {group.channel} {group.channel_address}" for group in groups]
    return hashlib.sha256("\n".join(lines).encode()).digest()
