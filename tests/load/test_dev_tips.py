"""The development tips as signed webhooks from as many people, through real edge and worker."""

import concurrent.futures
import http.client
import json
import time
from collections import Counter
from typing import Any

import pytest
from django.db.models import Count

from keng.audit import verify
from keng.channels.zalo_oa import signature
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Conversation, Delivery, Inbound
from keng.kit import times
from keng.language import reporters_own
from keng.lookup.models import Indicator
from keng.tips.models import OneTimeLink, Sighting, Suggestion, Tip
from keng.vault import keys
from tests import make
from tests.load.dev_set import dev_tips
from tests.running import Running, running

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = {
    "app_id": "100200300",
    "oa_id": "400500600",
    "app_secret": "s",
    "oa_secret_key": "key-of-a-test",
}
CALLERS = 16
WORKED_WITHIN = 120


def webhook(number: int, text: str) -> tuple[bytes, dict[str, str]]:
    """What Zalo posts when person `number` writes this."""
    stamp = str(int(times.now().timestamp() * 1000))
    body = {
        "app_id": SECRETS["app_id"],
        "sender": {"id": f"9000{number:06d}"},
        "recipient": {"id": SECRETS["oa_id"]},
        "event_name": "user_send_text",
        "message": {"text": text, "msg_id": f"m{number}"},
        "timestamp": stamp,
    }
    raw = json.dumps(body, ensure_ascii=False).encode()
    mark = signature.sign_call(
        raw, first=SECRETS["app_id"], timestamp=stamp, key=SECRETS["oa_secret_key"]
    )
    return raw, {signature.ZALO_SIGNATURE_HEADER: mark, "content-type": "application/json"}


def post(edge: Running, number: int, text: str) -> int:
    caller = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=30)
    try:
        caller.request("POST", "/hooks/zalo_oa/province", *webhook(number, text))
        return caller.getresponse().status
    finally:
        caller.close()


def heard(tips: list[dict[str, Any]]) -> None:
    """Post them all, twice each, and wait until the worker has examined every one."""
    with running("edge") as edge, running("worker") as worker:
        with concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
            jobs = [
                pool.submit(post, edge, n, tip["text"])
                for n, tip in enumerate(tips)
                for _ in range(2)
            ]
            statuses = Counter(job.result() for job in jobs)
        assert statuses == {200: 2 * len(tips)}
        until = time.monotonic() + WORKED_WITHIN
        while Tip.objects.filter(examined_at=None).exists():
            assert time.monotonic() < until, worker.output()
            time.sleep(0.1)


def test_each_person_has_one_tip_with_the_indicators_they_gave() -> None:
    tips = dev_tips()
    make.clock_rules()
    province = make.province_unit()
    keys.operator_file().unlink(missing_ok=True)
    keys.make_sender_key()
    keys.make_unit_keys("words-for-a-test")
    account = make.channel_account(unit=province, channel="zalo_oa", slug="province")
    keep_secrets(account, SECRETS)
    account.save()
    heard(tips)
    _every_person_has_one_tip(len(tips))
    _indicators_are_theirs(tips)


def _every_person_has_one_tip(count: int) -> None:
    for model in (Tip, Conversation, OneTimeLink, Suggestion):
        assert model.objects.count() == count, model
    assert Inbound.objects.filter(kind="text").count() == count
    assert Tip.objects.exclude(reference="").values("reference").distinct().count() == count
    # Who asks about a number as well has the look-up's answer beside this one.
    in_talks = Delivery.objects.filter(recipient_kind="conversation")
    answered = in_talks.values("recipient_ref").annotate(n=Count("id"))
    assert {row["n"] for row in answered} == {1}
    assert answered.count() == Tip.objects.filter(do_not_contact=False).count() > 0.95 * count
    assert list(verify.chain_faults()) == []


def _indicators_are_theirs(tips: list[dict[str, Any]]) -> None:
    stored = {tip.text: tip for tip in Tip.objects.all()}
    right, found, expected = Counter[str](), Counter[str](), Counter[str]()
    for tip in tips:
        # What names the reporter was cut before anything was stored.
        shown, _pieces = reporters_own.cut_reporters_own(tip["text"].strip())
        seen = _seen_in(stored[shown])
        gold = Counter((one["type"], one["value"]) for one in tip["indicators"])
        if not gold:
            assert not seen, f"invented in {tip['id']}"
        for counter, keyed in ((right, seen & gold), (found, seen), (expected, gold)):
            for (kind, _value), n in keyed.items():
                counter[kind] += n
    for kind in Indicator.Type.values:
        assert expected[kind] >= 10
        assert right[kind] / found[kind] >= 0.97, f"precision of {kind}"
        assert right[kind] / expected[kind] >= 0.97, f"recall of {kind}"


def _seen_in(tip: Tip) -> Counter[tuple[str, str]]:
    sightings = Sighting.objects.filter(tip=tip, message=None).select_related("indicator")
    assert all(tip.text[one.start : one.end].strip() for one in sightings)
    return Counter((one.indicator.type, one.indicator.value) for one in sightings)
