"""Claim checks of the demo: some weeks of them on record, or a few of today in the small one."""

import datetime as dt
import hashlib
from random import Random

from keng.accounts.models import Officer
from keng.audit.actions import unit_chain
from keng.claims import actions
from keng.claims.content import CheckContent, Evidence
from keng.claims.models import Asking, Claim, Revision
from keng.kit import times
from keng.places.models import Unit
from keng.releases import steps
from keng_dev.demo.province.clockwork import id_at
from keng_dev.demo.province.record import Act, Record
from keng_dev.demo.province.rumour_words import CHECKED, OPEN, WAITING, Rumour, Said

_WRITER, _SECOND = "mai", "quan"
_FEW = 3
_ASKED_BY = (7, 3)


def check_few(now: dt.datetime) -> None:
    """For the small demo: what the officers do, done by their own actions, on this day."""
    writer, second = _officers()
    for rumour in CHECKED[:_FEW]:
        claim = actions.add_claim(rumour.quote, by=writer)
        actions.write_claim(claim.pk, content=_content(rumour, rumour.said[-1], now), by=writer)
        revision = actions.submit_claim(claim.pk, by=writer)
        actions.publish_claim(claim.pk, seen=revision.digest_now, by=second)
    actions.ask_claim(OPEN[0])


class Newsroom:
    """For the whole demo: dated back, each decision with its entry on the record."""

    def __init__(self, unit: Unit, record: Record, now: dt.datetime, dice: Random) -> None:
        self._unit, self._record, self._now, self._dice = unit, record, now, dice
        self._writer, self._second = _officers()
        self._revisions: list[Revision] = []

    def check(self) -> int:
        """All of them; returns how many are published."""
        checked = sorted(CHECKED, key=lambda rumour: -rumour.said[0].days_ago)
        claims = [self._published(rumour, n) for n, rumour in enumerate(checked, 1)]
        claims.append(self._waiting(WAITING))
        opened = [self._open(words) for words in OPEN]
        gone = Claim(
            id=id_at(self._ago(8), self._dice),
            unit=self._unit,
            received_at=self._ago(8),
            state=Claim.State.OUT_OF_SCOPE,
            outside=Claim.Outside.PRIVATE,
            ended_at=self._ago(7.9),
        )
        why: dict[str, object] = {"why": gone.outside}
        self._note("claim.out_of_scope", self._ago(7.9), self._writer, ("claim", gone), why)
        Claim.objects.bulk_create([*claims, *opened, gone])
        Revision.objects.bulk_create(self._revisions)
        Asking.objects.bulk_create(
            Asking(token_hash=hashlib.sha256(self._dice.randbytes(16)).digest(), claim=claim)
            for claim, often in zip(opened, _ASKED_BY, strict=True)
            for _ in range(often)
        )
        return len(checked)

    def _published(self, rumour: Rumour, number: int) -> Claim:
        claim = self._claim(rumour, self._ago(rumour.said[0].days_ago + 0.4))
        for said in rumour.said:
            at = self._ago(said.days_ago)
            revision = self._handed_in(claim, rumour, said, at)
            revision.released_by, revision.released_at = self._second, at
            revision.digest = revision.digest_now
            self._note_revision("claim.published", at, self._second, revision)
            claim.published_at = at
        claim.state, claim.number = Claim.State.PUBLISHED, number
        return claim

    def _waiting(self, rumour: Rumour) -> Claim:
        claim = self._claim(rumour, self._ago(0.3))
        self._handed_in(claim, rumour, rumour.said[0], self._now)
        claim.state = Claim.State.WORKING
        return claim

    def _handed_in(self, claim: Claim, rumour: Rumour, said: Said, by: dt.datetime) -> Revision:
        """Written and submitted some hours before."""
        made, submitted = by - dt.timedelta(hours=5), by - dt.timedelta(hours=3)
        content = _content(rumour, said, by)
        revision = Revision(
            id=id_at(made, self._dice),
            claim=claim,
            number=1 + sum(each.claim is claim for each in self._revisions),
            **content.as_json(),
            hands=[self._writer.pk],
            made_by=self._writer,
            made_at=made,
            submitted_at=submitted,
        )
        self._revisions.append(revision)
        self._note_revision("claim.written", made, self._writer, revision)
        self._note_revision("claim.submitted", submitted, self._writer, revision)
        return revision

    def _claim(self, rumour: Rumour, at: dt.datetime) -> Claim:
        claim = Claim(id=id_at(at, self._dice), unit=self._unit, words=rumour.quote, received_at=at)
        self._note("claim.added", at, self._writer, ("claim", claim), {})
        return claim

    def _open(self, words: str) -> Claim:
        at = self._ago(self._dice.uniform(0.1, 1.5))
        return Claim(id=id_at(at, self._dice), unit=self._unit, words=words, received_at=at)

    def _note_revision(self, act: str, at: dt.datetime, by: Officer, revision: Revision) -> None:
        detail = {**steps.release_detail(revision), "number": revision.number}
        self._note(act, at, by, ("revision", revision), detail)

    def _note(
        self,
        act: str,
        at: dt.datetime,
        by: Officer,
        on: tuple[str, Claim | Revision],
        detail: dict[str, object],
    ) -> None:
        chain = unit_chain(self._unit.pk)
        self._record.note(chain, Act(at, act, by, (on[0], str(on[1].pk)), detail))

    def _ago(self, days: float) -> dt.datetime:
        return self._now - dt.timedelta(days=days, minutes=37)


def _officers() -> tuple[Officer, Officer]:
    return Officer.objects.get(username=_WRITER), Officer.objects.get(username=_SECOND)


def _content(rumour: Rumour, said: Said, on: dt.datetime) -> CheckContent:
    texts = {
        "vi": {
            "question": rumour.question,
            "answer": said.answer,
            "unknown": said.unknown,
            "advice": said.advice,
            "note": said.note,
        }
    }
    if said.english:
        texts["en"] = {"note": "", **said.english, "question": rumour.english_question}
    day = times.local_date(on)
    evidence = [
        Evidence(
            each.source,
            each.finding,
            day - dt.timedelta(days=each.days_before),
            each.link,
            each.excerpt,
        )
        for each in said.sources
    ]
    return CheckContent(said.verdict, rumour.topic, rumour.quote, rumour.seen, texts, evidence)
