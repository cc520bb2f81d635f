"""The public look-up of the demo: what the desks listed, what was disputed, what was taken off."""

import datetime as dt
from collections.abc import Sequence
from random import Random

from django.db.models import Count

from keng.accounts.models import Officer
from keng.audit.actions import unit_chain
from keng.kit import times
from keng.kit.codes import derived_code
from keng.lookup.actions import listing as actions
from keng.lookup.keys import lookup_hash_of, may_be_public
from keng.lookup.models import Dispute, Indicator, Listing
from keng.lookup.queries import dispute_code_hash
from keng.lookup_pages.evidence import ENOUGH_REPORTERS
from keng.places.models import Unit
from keng.tips.models import ListingEvidence, Sighting, TipConcern
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.record import Act, Record

_WRITER, _SECOND, _THIRD = "mai", "quan", "viet"
_MOST = 36
_HOLDS = dt.timedelta(days=270)
_BASIS = {
    Listing.Grade.CONFIRMED: "Đã gọi thử và đối chiếu với tin nhắn gốc của người báo.",
    Listing.Grade.REPORTED: "Ba người báo khác nhau kể cùng một cách làm; chưa tự kiểm chứng.",
}
# What somebody wrote, what came of it, what they read. The last one still waits.
_DISPUTES = (
    (
        "mistake",
        "removed",
        "Đây là số đặt hàng của quán bún, in trên bảng hiệu từ lâu.",
        "Đã gọi và xem hóa đơn: số bị chép nhầm từ ảnh chụp giả. Đã gỡ, xin lỗi quán.",
    ),
    (
        "recycled",
        "recycled",
        "Tôi mua sim này tháng trước, trước đó là của người khác.",
        "Nhà mạng xác nhận số đã cấp lại cho chủ mới. Đã gỡ.",
    ),
    (
        "spoofed",
        "spoofed",
        "Đây là số tổng đài thật của chúng tôi, kẻ khác giả để gọi.",
        "Đúng là số bị giả mạo. Ai tra sẽ thấy chủ số cũng là nạn nhân.",
    ),
    (
        "mistake",
        "rejected",
        "Số của tôi, không làm gì sai.",
        "Tuần này vẫn có người bị gọi từ số này. Nếu có điều mới, bạn gửi lại.",
    ),
    ("other", "", "Trang này tôi đã bán lại tên miền cho người khác.", ""),
)
_FEW = (
    ("phone", "+84510246811", "confirmed", "scam_impersonation"),
    ("bank_account", "0000001112233", "confirmed", "scam_rental"),
    ("url", "dinhdanh-nhanh.example", "confirmed", "scam_impersonation"),
    ("phone", "+84510135790", "confirmed", "scam_parcel"),
)


def list_few(unit: Unit, now: dt.datetime) -> None:
    """For the small demo: listed by the officers' own actions; the last one was a mistake."""
    writer, second = (Officer.objects.get(username=name) for name in (_WRITER, _SECOND))
    today = times.local_date(now)
    for kind, value, grade, category in _FEW:
        indicator, _made = Indicator.objects.get_or_create(type=kind, value=value)
        made = actions.propose_listing(
            indicator,
            grade=grade,
            category=category,
            month=today,
            unit_id=unit.pk,
            by=writer,
            basis=_BASIS[Listing.Grade.CONFIRMED],
            expires_on=today + _HOLDS,
        )
        actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=second)
    actions.end_listing(made.pk, why="mistake", note="Nhầm một chữ số.", by=writer)


class Clerk:
    """For the whole demo: from its own tips, dated back, each decision on the record."""

    def __init__(self, unit: Unit, record: Record, now: dt.datetime, dice: Random) -> None:
        self._unit, self._record, self._now, self._dice = unit, record, now, dice
        self._writer, self._second, self._third = (
            Officer.objects.get(username=name) for name in (_WRITER, _SECOND, _THIRD)
        )
        self._listings: list[Listing] = []
        self._evidence: list[ListingEvidence] = []
        self._disputes: list[Dispute] = []

    def keep(self) -> int:
        """All of them; how many the public finds."""
        for number, (indicator, tips) in enumerate(self._used_most()):
            self._list(indicator, tips, number)
        public = [each for each in self._listings if each.status == Listing.Status.LISTED]
        for number, said in enumerate(_DISPUTES):
            if number < len(public):
                self._dispute(public[-1 - number], number, *said)
        Listing.objects.bulk_create(self._listings)
        ListingEvidence.objects.bulk_create(self._evidence)
        Dispute.objects.bulk_create(self._disputes)
        return sum(each.status == Listing.Status.LISTED for each in self._listings)

    def _used_most(self) -> list[tuple[Indicator, list[Sighting]]]:
        """What was used in most tips, of each kind some; with the tips in which it was."""
        used = Sighting.objects.filter(role=Sighting.Role.USED).exclude(
            tip__in=TipConcern.objects.values("tip")
        )
        counted = used.values("indicator", "indicator__value").annotate(
            n=Count("tip", distinct=True)
        )
        often = counted.order_by("-n", "indicator__value")[: 6 * _MOST]
        ids = [row["indicator"] for row in often]
        indicators = Indicator.objects.in_bulk(ids)
        chosen: list[Indicator] = []
        keys: set[bytes] = set()
        for one in (indicators[each] for each in ids):
            key = lookup_hash_of(one.type, one.value)
            same = sum(each.type == one.type for each in chosen)
            if may_be_public(one.type, one.value) and key not in keys and same < _MOST // 3:
                chosen.append(one)
                keys.add(key)
        tips: dict[object, list[Sighting]] = {}
        for each in used.filter(indicator__in=chosen).select_related("tip").order_by("tip_id"):
            known = tips.setdefault(each.indicator_id, [])
            if not known or known[-1].tip_id != each.tip_id:
                known.append(each)
        return [(one, tips[one.pk]) for one in chosen]

    def _list(self, indicator: Indicator, seen: Sequence[Sighting], number: int) -> None:
        last = min(max(each.tip.received_at for each in seen), self._now - dt.timedelta(hours=9))
        made = min(last + dt.timedelta(hours=5), self._now - dt.timedelta(hours=4))
        is_account = indicator.type == Indicator.Type.BANK_ACCOUNT
        sure = is_account or number % 3 != 1 or len(seen) < ENOUGH_REPORTERS
        grade = Listing.Grade.CONFIRMED if sure else Listing.Grade.REPORTED
        listing = Listing(
            id=id_at(made, self._dice),
            indicator=indicator,
            unit=self._unit,
            grade=grade,
            lookup_hash=lookup_hash_of(indicator.type, indicator.value),
            basis=_BASIS[grade],
            category=seen[-1].tip.category or "scam_other",
            made_by=self._writer,
            made_at=made,
            hands=[self._writer.pk],
            submitted_at=made,
            used_in=times.local_date(last).replace(day=1),
            expires_on=times.local_date(made + _HOLDS),
        )
        self._note("listing.proposed", made, self._writer, listing, {"grade": str(grade)})
        if number % 17 != 16:
            self._publish(listing, made + dt.timedelta(hours=2))
        self._listings.append(listing)
        self._evidence += [
            ListingEvidence(
                id=id_at(made, self._dice), listing=listing, tip_id=each.tip_id, at=made
            )
            for each in seen
        ]

    def _publish(self, listing: Listing, at: dt.datetime) -> None:
        listing.status, listing.is_harmless = Listing.Status.LISTED, True
        listing.released_by, listing.released_at = self._second, at
        listing.digest = listing.digest_now
        self._note("listing.confirmed", at, self._second, listing, {"grade": str(listing.grade)})
        over = times.start_of(listing.expires_on + dt.timedelta(days=1))
        if over < self._now:
            self._end(listing, Listing.End.EXPIRED, over, None)

    def _end(self, listing: Listing, why: str, at: dt.datetime, by: Officer | None) -> None:
        listing.status, listing.end_reason = Listing.Status.ENDED, why
        listing.ended_by, listing.ended_at = by, at
        self._note("listing.ended", at, by or "worker", listing, {"why": str(why)})

    def _dispute(
        self, listing: Listing, number: int, reason: str, outcome: str, text: str, answer: str
    ) -> None:
        since = self._now - (listing.released_at or self._now)
        made = (listing.released_at or self._now) + since * 0.4
        code = derived_code("dispute code", f"demo {number}")
        dispute = Dispute(
            id=id_at(made, self._dice),
            listing=listing,
            unit=self._unit,
            reason=reason,
            text=text,
            code_hash=dispute_code_hash(code),
            made_at=made,
            listed_by=self._writer,
            checked_by=self._second,
            hands=[self._writer.pk],
            due_on=times.local_date(made + dt.timedelta(days=10)),
        )
        self._disputes.append(dispute)
        about: dict[str, object] = {"listing": str(listing.pk)}
        self._note("dispute.made", made, "resident", dispute, about | {"reason": reason})
        if not outcome:
            dispute.due_on = times.local_date(self._now + dt.timedelta(days=6))
            return
        at = min(made + dt.timedelta(days=3), self._now - dt.timedelta(hours=1))
        dispute.outcome, dispute.answer = outcome, answer
        dispute.decided_by, dispute.decided_at = self._third, at
        ends = {"removed": "mistake", "recycled": "recycled", "spoofed": "spoofed"}
        if outcome in ends:
            self._end(listing, ends[outcome], at, self._third)
        self._note("dispute.decided", at, self._third, dispute, about | {"outcome": outcome})

    def _note(
        self,
        act: str,
        at: dt.datetime,
        by: Officer | str,
        on: Listing | Dispute,
        detail: dict[str, object],
    ) -> None:
        kind = "listing" if isinstance(on, Listing) else "dispute"
        chain = unit_chain(self._unit.pk)
        self._record.note(chain, Act(at, act, by, (kind, str(on.pk)), detail))
