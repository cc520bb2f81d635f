"""A year of warnings: written by one officer, approved by another, sent, some of them amended."""

import datetime as dt
import hashlib
import json
import uuid
from random import Random
from typing import Any

from keng.audit.actions import unit_chain
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Approval, Dispatch
from keng.kit import times
from keng.kit.codes import WORDLESS_ALPHABET
from keng.releases import steps
from keng.warnings import outgoing_text
from keng.warnings.content import WarningContent
from keng.warnings.models import RecallReason, RecallRequest, VerifyCode, Version, Warning
from keng.warnings.verify_codes import VERIFY_LENGTH
from keng_dev.demo.province.bulletins import Amendment, Bulletin, Year
from keng_dev.demo.province.carrying import Carrier, Sending
from keng_dev.demo.province.clockwork import after, id_at
from keng_dev.demo.province.network import Network
from keng_dev.demo.province.record import Act, Record
from keng_dev.demo.province.territory import Territory
from keng_dev.demo.province.volumes import Volumes


class Press:
    """Writes the year's warnings and has them carried."""

    def __init__(
        self, territory: Territory, network: Network, volumes: Volumes, dice: Random
    ) -> None:
        self._territory, self._volumes, self._dice = territory, volumes, dice
        self._carrier = Carrier(network, volumes, dice)
        self._used: set[str] = set()
        self._warnings: list[Warning] = []
        self._versions: list[Version] = []
        self._codes: list[VerifyCode] = []
        self._recalls: list[RecallRequest] = []

    def publish(self, record: Record) -> int:
        """All of them, oldest first; returns how many."""
        for bulletin in Year(self._territory, self._volumes, self._dice).bulletins():
            _Story(self, bulletin, record).tell()
        self._carrier.write()
        Warning.objects.bulk_create(self._warnings)
        Version.objects.bulk_create(self._versions)
        VerifyCode.objects.bulk_create(self._codes)
        RecallRequest.objects.bulk_create(self._recalls)
        return len(self._warnings)

    @property
    def carrier(self) -> Carrier:
        return self._carrier

    @property
    def dice(self) -> Random:
        return self._dice

    def keep(self, row: Warning | Version | VerifyCode | RecallRequest) -> None:
        """To be written at the end."""
        match row:
            case Warning():
                self._warnings.append(row)
            case Version():
                self._versions.append(row)
            case VerifyCode():
                self._codes.append(row)
            case RecallRequest():
                self._recalls.append(row)

    def code(self) -> str:
        """One that no warning has yet."""
        while (
            code := "".join(self._dice.choices(WORDLESS_ALPHABET, k=VERIFY_LENGTH))
        ) in self._used:
            pass
        self._used.add(code)
        return code


class _Story:
    """One warning from its draft to the last thing that was done about it."""

    def __init__(self, press: Press, bulletin: Bulletin, record: Record) -> None:
        self._press, self._bulletin, self._record = press, bulletin, record
        self._unit = bulletin.desk.unit
        self._groups = press.carrier.audience(self._unit, set(bulletin.choice.kinds))
        content = bulletin.content
        drafted = bulletin.at - dt.timedelta(minutes=press.dice.randrange(25, 200))
        self._warning = Warning(
            id=id_at(drafted, press.dice),
            unit=self._unit,
            author=bulletin.author,
            state=Warning.State.PUBLISHED,
            category=content.category,
            severity=content.severity,
            valid_until=content.valid_until,
            created_at=drafted,
            published_at=bulletin.at,
        )
        self._sent: list[Dispatch] = []
        self._codes: list[VerifyCode] = []
        self._latest = self._draft(content, drafted, released_at=bulletin.at)

    def tell(self) -> None:
        """Published, then put right or taken back as it was planned."""
        amendments = self._bulletin.amendments
        ends = [*(each.at for each in amendments), None]
        self._press.keep(self._warning)
        self._publish(self._bulletin.at, self._bulletin.content, ends[0])
        for each, ends_at in zip(amendments, ends[1:], strict=True):
            if each.content is not None:
                self._correct(each.at, each.content, ends_at)
            else:
                self._take_back(each)

    def _draft(
        self, content: WarningContent, drafted: dt.datetime, *, released_at: dt.datetime
    ) -> Version:
        dice, bulletin = self._press.dice, self._bulletin
        return Version(
            id=id_at(drafted, dice),
            warning=self._warning,
            number=len(self._sent) + 1,
            category=content.category,
            severity=content.severity,
            valid_until=content.valid_until,
            texts={language: dict(text) for language, text in content.texts.items()},
            audience=bulletin.choice.as_json(),
            made_by=bulletin.author,
            made_at=drafted,
            hands=[bulletin.author.pk],
            submitted_at=after(drafted, dice, typically=9, until=released_at),
            released_by=bulletin.approver,
            released_at=released_at,
            digest=_digest(content),
        )

    def _publish(
        self, at: dt.datetime, content: WarningContent, ends_at: dt.datetime | None
    ) -> None:
        version, code = self._latest, VerifyCode(code=self._press.code(), version=self._latest)
        replaces = self._codes[-1].code if self._codes else ""
        stamp = outgoing_text.Stamp(
            self._unit.name,
            code.code,
            times.local_date(at),
            replaces,
            outgoing_text.names_of_places(self._bulletin.choice),
        )
        until = content.valid_until
        sending = Sending(
            Dispatch.Kind.CORRECTION if replaces else Dispatch.Kind.WARNING,
            at,
            self._unit,
            outgoing_text.warning_messages(content, stamp),
            bytes(version.digest or b""),
            version.pk,
            is_urgent=content.severity == Warning.Severity.URGENT,
            author=self._bulletin.author,
            approver=self._bulletin.approver,
            helper=self._bulletin.author,
            audience=self._same_recipients(waiting=True)
            if self._sent
            else self._bulletin.choice.audience(self._unit, content.severity),
            ends_at=ends_at,
            expires_at=times.start_of(until + dt.timedelta(days=1)) if until else None,
        )
        version.approval, version.dispatch = self._send(sending), self._sent[-1]
        self._codes.append(code)
        self._press.keep(version)
        self._press.keep(code)
        self._note_writing(version)
        detail = steps.release_detail(version) | {"dispatch": str(version.dispatch_id)}
        self._note("warning.approved", at, version.pk, detail)

    def _correct(
        self, at: dt.datetime, content: WarningContent, ends_at: dt.datetime | None
    ) -> None:
        earlier = list(self._sent)
        drafted = at - dt.timedelta(minutes=self._press.dice.randrange(6, 30))
        self._latest = self._draft(content, drafted, released_at=at)
        self._publish(at, content, ends_at)
        self._end(earlier, at, "corrected")
        self._warning.published_at = at

    def _take_back(self, what: Amendment) -> None:
        """In the author's own words, which the approver let out."""
        texts = outgoing_text.recall_messages(
            self._latest.texts,
            codes=[each.code for each in self._codes],
            reason=what.reason,
            issuer=self._unit.name,
            on=times.local_date(what.at),
        )
        earlier = list(self._sent)
        self._send(
            Sending(
                Dispatch.Kind.RECALL,
                what.at,
                self._unit,
                texts,
                outgoing_text.hash_of_texts(texts),
                self._latest.pk,
                is_urgent=True,
                author=self._bulletin.author,
                approver=self._bulletin.approver,
                helper=self._bulletin.author,
                audience=self._same_recipients(waiting=False),
            )
        )
        self._end(earlier, what.at, "recalled")
        warning, dispatch = self._warning, self._sent[-1]
        warning.state, warning.recalled_at = Warning.State.RECALLED, what.at
        warning.recall_code, warning.recall_reason = RecallReason.OWN_WORDS, what.reason
        warning.recall_dispatch = dispatch
        asked_at = what.at - dt.timedelta(minutes=6)
        self._press.keep(
            RecallRequest(
                id=id_at(asked_at, self._press.dice),
                warning=warning,
                reason=RecallReason.OWN_WORDS,
                words=what.reason,
                hands=[self._bulletin.author.pk],
                submitted_at=asked_at,
                released_by=self._bulletin.approver,
                released_at=what.at,
            )
        )
        why = {"why": str(RecallReason.OWN_WORDS)}
        self._note("warning.recall_asked", asked_at, self._latest.pk, why, by_author=True)
        detail = {"dispatch": str(dispatch.pk), **why}
        self._note("warning.recalled", what.at, self._latest.pk, detail)

    def _same_recipients(self, *, waiting: bool) -> SameRecipients:
        return SameRecipients(tuple(each.pk for each in self._sent), waiting=waiting)

    def _send(self, sending: Sending) -> Approval:
        approval, dispatch = self._press.carrier.send(sending, self._groups, self._record)
        self._sent.append(dispatch)
        return approval

    def _end(self, dispatches: list[Dispatch], at: dt.datetime, reason: str) -> None:
        for dispatch in dispatches:
            self._press.carrier.end(
                dispatch, at, by=self._bulletin.approver, reason=reason, record=self._record
            )

    def _note_writing(self, version: Version) -> None:
        """The author's part; the first state is drafted, a later one revised."""
        hashes = steps.release_detail(version) | {"number": version.number}
        drafted = "warning.drafted" if version.number == 1 else "warning.revised"
        self._note(drafted, version.made_at, version.pk, hashes, by_author=True)
        submitted = version.submitted_at or version.made_at
        self._note("warning.submitted", submitted, version.pk, hashes, by_author=True)

    def _note(
        self,
        action: str,
        at: dt.datetime,
        version: uuid.UUID,
        detail: dict[str, Any],
        *,
        by_author: bool = False,
    ) -> None:
        by = self._bulletin.author if by_author else self._bulletin.approver
        chain = unit_chain(self._unit.pk)
        self._record.note(chain, Act(at, action, by, ("version", str(version)), detail))


def _digest(content: WarningContent) -> bytes:
    """Of the words alone: whom they went to stands in the approval."""
    canonical = json.dumps(content.as_json(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()
