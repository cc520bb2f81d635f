"""What officers of a unit can fetch is the same, byte by byte, with a tip about them and without.

One database, two states: everything is fetched, then what is hidden from them is told, taken on,
answered and ended by the unit above, and everything is fetched again. Whatever differs tells them.
"""

import io
import os
import re
import zipfile

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from keng.accounts.models import NamedOfficer, Post
from keng.alarms import ringing
from keng.conftest import sign_in
from keng.data_requests.asking import ask_by_receipt
from keng.decisions import legal_hold, named_sight, triage, viewing
from keng.decisions.hand_over import record_hand_over
from keng.dialogue import answering
from keng.incidents import incident_acts, wave_acts
from keng.intake.examination.examine import examine_tips
from keng.intake.incoming_tip import IncomingTip
from keng.intake.receive import receive_tip
from keng.kit import times
from keng.public_log.tests.log_world import take_steps
from keng.site.tests.desk_world import all_roles, hidden_tip, world
from keng.site.tests.test_desk_urls import OBJECTS, ROUTES, WITHOUT_ID, address
from keng.tips.attachments import store_attachment
from keng.tips.models import Attachment, Tip
from keng.vault import keys, seal
from keng.vault.models import OpeningRequest
from tests import make

pytestmark = pytest.mark.django_db
# What is new in every answer, by its name in the page; nothing else may differ.
_NEW_EACH_TIME = re.compile(
    r'(?<="x-csrftoken": ")[A-Za-z0-9]{64}(?=")'
    r'|(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}(?=")'
    r'|(?<=nonce=")[\w+/=-]+(?=")'
    r"|(?<='nonce-)[\w+/=-]+(?=')"
    r'|(?<=name="token" value=")[\w-]+(?=")'
)
# By other means than the words of a page: in the query too.
_ASKED = (
    ("inbox", "?q=nhà"),
    ("inbox", "?state=closed"),
    ("inbox", "?urgency=P0"),
    ("inbox-news", "?since=2020-01-01T00:00:00Z"),
    ("search", "?q=0912000417"),
    ("search", "?q=Thử"),
    ("tips-map", "?days=365"),
    ("tip-go", "?q=kín"),
)
_SAME_NUMBER = "0912000417"


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """The same clock for every request."""
    now = times.now()
    monkeypatch.setattr(times, "now", lambda: now)


@pytest.fixture(scope="module")
def concerned(shared_rows, tmp_path_factory):
    """A commune's desk with everything that a desk has, below a province."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KENG_DATA", str(tmp_path_factory.mktemp("data")))
        seal.forget_public_keys()
        made = world("nhà", parent=make.province_unit("Công an tỉnh nhà"))
        make.clock_rules()
        keys.make_unit_keys("words-for-a-test")
        make.worker_key()
        made.above, *made.others = (
            make.officer(unit=made.unit.parent, role=Post.Role.COORDINATOR) for _ in range(3)
        )
        named = make.officer(unit=made.unit.parent)
        NamedOfficer.objects.create(unit=made.unit.parent, officer=named, named_by=made.above)
        work_of_worker()
        yield made
    seal.forget_public_keys()


def work_of_worker():
    while examine_tips():
        pass
    ringing.call_what_rings()
    wave_acts.find_waves()


def told_about(here, urgency):
    return IncomingTip(
        unit_id=here.unit.parent.pk,
        concerns=(here.unit.pk,),
        place_id=here.rows["place"].pk,
        province_code=here.unit.province_code,
        text=f"Cán bộ của đơn vị nhà nhận tiền, gọi {_SAME_NUMBER}, nó đang cầm dao",
        contact={"name": "Nguyễn Thị Thử"},
        urgency=urgency,
        dedupe_key=os.urandom(32),
    )


def hide_tips_about(here):
    """A critical one that is worked on, one that is over, and two that came to their own list."""
    above, officer = here.unit.parent, here.above
    open_tip, over = (receive_tip(told_about(here, urgency)) for urgency in ("P0", "P2"))
    store_attachment(open_tip, above.pk, b"%PDF-1.7 words", "application/pdf")
    work_of_worker()
    for tip_id in (open_tip, over):
        triage.accept_tip(tip_id, by=officer)
        answering.answer_reporter(tip_id, text="Chúng tôi xem.", by=officer)
    triage.record_outcome(over, outcome="solved", by=officer)
    triage.close_tip(over, text="Đã xong.", by=officer)
    do_the_rest(here, open_tip, over)
    hidden_tip(here.unit, "kín")
    hidden_tip(here.unit, "kín-hai")
    work_of_worker()


def do_the_rest(here, open_tip, over):
    """What else is done with a tip that somebody may be told of, or that something counts."""
    above, *others = here.above, *here.others
    alike = receive_tip(told_about(here, "P2"))
    triage.mark_duplicate(alike, of=open_tip, by=above)
    incident = Tip.objects.get(pk=alike).incident_id
    incident_acts.rename_incident(incident, title="Đơn vị nhà nhận tiền", by=above)
    legal_hold.ask_for_hold(open_tip, ground="court", words="Toà yêu cầu", by=above)
    record_hand_over(over, handed_for="crime", reason="Chuyển hồ sơ", by=above)
    ask_by_receipt(over, kind="see", words="Cho tôi xem")
    viewing.quarantine_file(Attachment.objects.get(tip=open_tip).pk, by=above)
    named_sight.narrow_tip(open_tip, reason="Có trẻ nhỏ", by=above)
    named_sight.break_in(open_tip, ground="life", words="Gấp lắm", by=others[0])
    named_sight.recuse_oneself(over, reason="Người nhà", by=others[1])
    OpeningRequest.objects.create(
        tip_ref=open_tip,
        what=OpeningRequest.What.CONTACT,
        record_ref=make.some_id(),
        reason=OpeningRequest.Reason.DANGER,
        legal_basis="Điều 1",
        text="Hỏi ở tầng nào",
        asked_by_ref=above.pk,
        is_emergency=True,
    )


def addresses_of_desk(here):
    for name, converters in ROUTES:
        yield address(name, here.rows[OBJECTS[name]] if converters else None)
    for name, query in _ASKED:
        yield f"{address(name)}{query}"


def public_addresses(here):
    """Those that need no code, and the pages of the unit's own place."""
    for name, pattern in _patterns(get_resolver("keng.site.public_urls").url_patterns):
        if name and not pattern.pattern.converters:
            yield reverse(name, "keng.site.public_urls")
    for name in ("place", "place-questions", "place-ask", "place-embed"):
        yield reverse(name, "keng.site.public_urls", args=[here.rows["place"].code])


def _patterns(patterns):
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _patterns(each.url_patterns)
        elif isinstance(each, URLPattern):
            yield each.name, each


def fetched(client, targets):
    """What each address answers: status, headers that tell something, and the bytes."""
    answers = {}
    for target in targets:
        around = transaction.savepoint()
        answer = client.get(target)
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told = {
            name: value
            for name, value in answer.headers.items()
            if name not in {"Content-Length", "Content-Security-Policy"}
        }
        answers[target] = (answer.status_code, told, what_is_told(raw))
        # What looking writes down would be seen by the next look.
        transaction.savepoint_rollback(around)
    return answers


def what_is_told(raw):
    """A page without what is new in each; of a ZIP its members, beside which the second stands."""
    if not raw.startswith(b"PK"):
        return _NEW_EACH_TIME.sub("", raw.decode("utf-8", "surrogateescape"))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        # Its properties say when it was made, and no more.
        return {
            name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"
        }


def told_apart(before, after):
    return sorted(target for target in before if before[target] != after[target])


def test_the_desk_of_the_concerned_unit_sees_the_same_bytes(desk_client, concerned):
    """Of an officer who has every role there: what each of them sees is in it."""
    sign_in(desk_client, all_roles(concerned.unit))
    targets = list(addresses_of_desk(concerned))
    before = fetched(desk_client, targets)
    assert sum(status == 200 for status, *_ in before.values()) > 80
    hide_tips_about(concerned)
    assert told_apart(before, fetched(desk_client, targets)) == []


def test_whoever_works_at_the_province_as_well_sees_the_same_bytes(desk_client, concerned):
    """In lists, counts and what they are told: it is about a desk of their own."""
    officer = all_roles(concerned.unit)
    for role in Post.Role.values:
        make.post(officer, unit=concerned.unit.parent, role=role)
    sign_in(desk_client, officer)
    targets = [address(name) for name in WITHOUT_ID]
    before = fetched(desk_client, targets)
    assert sum(status == 200 for status, *_ in before.values()) > 40
    hide_tips_about(concerned)
    assert told_apart(before, fetched(desk_client, targets)) == []


def test_the_public_pages_are_the_same_bytes(public_client, concerned):
    targets = list(public_addresses(concerned))
    before = fetched(public_client, targets)
    assert sum(status == 200 for status, *_ in before.values()) > 20
    hide_tips_about(concerned)
    assert told_apart(before, fetched(public_client, targets)) == []


def test_the_public_log_grows_alike(concerned, monkeypatch):
    sizes, now = [], times.now()
    for hides in (False, True):
        around = transaction.savepoint()
        monkeypatch.setattr(times, "now", lambda: now)
        if hides:
            hide_tips_about(concerned)
        sizes.append([take_steps(monkeypatch).size for _step in range(3)])
        transaction.savepoint_rollback(around)
    assert sizes[0] == sizes[1]


def test_the_differential_sees_what_is_told(desk_client, concerned):
    """The counterpart: a tip that is about nobody changes list, search and news."""
    sign_in(desk_client, all_roles(concerned.unit))
    targets = [address("inbox"), f"{address('search')}?q=kín", address("alarm")]
    before = fetched(desk_client, targets)
    make.tip(unit=concerned.unit, text="Lời kín", urgency="P0", reference="kín")
    assert address("inbox") in told_apart(before, fetched(desk_client, targets))
