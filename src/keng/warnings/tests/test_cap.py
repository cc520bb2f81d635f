"""CAP files: valid by the schema of OASIS, signed, and chained from the Alert to the Cancel."""

import base64
import json
import re
from xml.etree import ElementTree

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.urls import reverse
from lxml import etree

from keng.audit.heads import verify_key
from keng.warnings import actions
from keng.warnings.actions.cap_issuing import issue_cap_messages
from keng.warnings.models import CapMessage
from keng.warnings.tests.test_releasing import release
from keng.warnings.tests.ward import CALM, NOTE, Ward
from tests.shared_data import find_shared_data, shared_data

pytestmark = pytest.mark.django_db
SCHEMA = "channels/CAP-v1.2.xsd"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
# Markup, and what no XML may hold.
HOSTILE = {**CALM, "title": 'Tiêu đề </headline><x>&"\x0b', "what": "<![CDATA[ ]]> \x01 &amp;"}


@pytest.fixture
def ward():
    return Ward()


def issue():
    """What the worker does, until nothing is left."""
    while issue_cap_messages():
        pass


def root_of(message):
    return ElementTree.fromstring(message.xml)


def texts_at(message, path):
    return [found.text for found in root_of(message).findall(path.replace("/", f"/{CAP}"))]


def check_by_schema(message):
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    found = etree.fromstring(message.xml.encode(), parser)
    etree.XMLSchema(file=find_shared_data(SCHEMA)).assertValid(found)


def check(message):
    """By the schema where it is at hand; and what readers of alerts refuse although it does not."""
    if find_shared_data(SCHEMA):
        check_by_schema(message)
    root = root_of(message)
    for moment in ("sent", f"info/{CAP}effective", f"info/{CAP}expires"):
        for found in root.findall(f"{CAP}{moment}"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", found.text)
    infos = root.findall(f"{CAP}info")
    assert infos
    kinds = {tuple(each.text for each in info.findall(f"{CAP}category")) for info in infos}
    assert len(kinds) == 1
    for info in infos:
        for name in ("description", "web", "expires", "urgency", "severity", "certainty"):
            assert info.findtext(f"{CAP}{name}"), name
        assert "Unknown" not in [each.text for each in info]
        assert info.findtext(f"{CAP}effective") < info.findtext(f"{CAP}expires")
        assert len(info.findtext(f"{CAP}headline")) <= 140
        areas = info.findall(f"{CAP}area")
        assert areas
        assert all(area.find(f"{CAP}geocode") is not None for area in areas)
    references = root.findtext(f"{CAP}references")
    assert bool(references) == (message.kind != "Alert")


def verified(file, signature, key):
    """Whether the file is what was signed, as docs/decisions/0043 says how to find out."""
    head, _, end = signature.partition("..")
    payload = base64.urlsafe_b64encode(file).rstrip(b"=").decode()
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(
            base64.urlsafe_b64decode(end + "=="), f"{head}.{payload}".encode()
        )
    except InvalidSignature:
        return False
    return True


def corrected(ward, version):
    words = {"vi": {**CALM, **NOTE}}
    content = type(ward.content())(words, "scam_impersonation", 3, None)
    actions.revise_warning(
        version.warning_id, content=content, choice=ward.choice(), by=ward.officer
    )
    latest = actions.submit_warning(version.warning_id, by=ward.officer)
    release(latest, ward.commander)
    return latest


def test_the_schema_is_at_hand():
    """Without it this test is skipped, so that nobody takes the others for more than they are."""
    etree.XMLSchema(file=shared_data(SCHEMA))


def test_alert_update_and_cancel_are_valid_and_name_all_before_them(ward):
    first = ward.published()
    issue()
    second = corrected(ward, first)
    issue()
    actions.recall_warning(first.warning_id, reason="over", by=ward.commander)
    issue()
    alert, update, cancel = CapMessage.objects.order_by("sent_at")
    assert [each.kind for each in (alert, update, cancel)] == ["Alert", "Update", "Cancel"]
    for message in (alert, update, cancel):
        check(message)
    assert alert.identifier == first.verify_code.code
    assert texts_at(update, "./references") == [alert.reference]
    assert texts_at(cancel, "./references") == [f"{alert.reference} {update.reference}"]
    assert alert.reference.split(",")[1:] == [alert.identifier, texts_at(alert, "./sent")[0]]
    assert cancel.identifier == f"{second.verify_code.code}-cancel"
    assert texts_at(update, "./info/urgency") == ["Immediate"]
    assert texts_at(cancel, "./info/responseType") == ["AllClear"]
    assert NOTE["note"] in texts_at(update, "./note")[0]


def test_late_it_is_made_all_the_same_and_in_order(ward):
    version = ward.published()
    corrected(ward, version)
    actions.recall_warning(version.warning_id, reason="wrong_facts", by=ward.commander)
    issue()
    kinds = CapMessage.objects.order_by("sent_at").values_list("kind", flat=True)
    assert list(kinds) == ["Alert", "Update", "Cancel"]
    before = list(CapMessage.objects.values())
    issue()
    assert list(CapMessage.objects.values()) == before


def test_each_language_has_its_own_words_and_places_their_codes(ward):
    english = {**CALM, "title": "The police do not call about e-ID"}
    version = ward.draft()
    content = ward.content()
    content = type(content)({**content.texts, "en": english}, "scam_impersonation", 2, None)
    actions.revise_warning(
        version.warning_id, content=content, choice=ward.choice(), by=ward.officer
    )
    release(actions.submit_warning(version.warning_id, by=ward.officer), ward.commander)
    issue()
    message = CapMessage.objects.get()
    check(message)
    assert texts_at(message, "./info/language") == ["vi-VN", "en"]
    assert texts_at(message, "./info/headline") == [CALM["title"], english["title"]]
    assert texts_at(message, "./info/area/geocode/value") == [ward.place.code] * 2
    assert set(texts_at(message, "./info/area/geocode/valueName")) == {"VN-GSO-ward"}
    assert texts_at(message, "./info/category") == ["Security"] * 2


def test_words_become_no_markup(ward):
    ward.published(words=HOSTILE)
    issue()
    message = CapMessage.objects.get()
    check(message)
    assert texts_at(message, "./info/headline") == ['Tiêu đề </headline><x>&"']


def test_the_sender_is_whom_the_operator_named_and_no_authority(ward, settings):
    settings.PUBLIC_URL = "https://keng.example"
    ward.published()
    issue()
    settings.CAP_SENDER = "canhbao@keng.example"
    ward.published()
    issue()
    first, second = CapMessage.objects.order_by("sent_at")
    assert texts_at(first, "./sender") == ["keng.example"]
    assert texts_at(second, "./sender") == ["canhbao@keng.example"]
    assert "no national CAP authority" in texts_at(first, "./note")[0]


def test_whoever_has_the_key_checks_the_file(ward, public_client):
    ward.published()
    issue()
    message = CapMessage.objects.get()
    file = public_client.get(f"/cap/{message.identifier}.xml")
    signature = public_client.get(f"/cap/{message.identifier}.xml.jws").content.decode()
    assert file["Content-Type"] == "application/cap+xml; charset=utf-8"
    key = bytes(verify_key())
    assert verified(file.content, signature, key)
    assert not verified(file.content.replace(b"Actual", b"Test"), signature, key)
    [served] = json.loads(public_client.get("/cap/key.json").content)["keys"]
    assert base64.urlsafe_b64decode(served["x"] + "=") == key
    again = public_client.get(
        f"/cap/{message.identifier}.xml", headers={"if-none-match": file["ETag"]}
    )
    assert again.status_code == 304
    assert public_client.get("/cap/ABCDEF.xml").status_code == 404


def test_the_worker_makes_them_and_the_public_site_serves_them(ward, public_client, become):
    version = ward.published()
    actions.recall_warning(version.warning_id, reason="over", by=ward.commander)
    become("worker")
    issue()
    become("public")
    code = version.verify_code.code
    # What was taken back is a Cancel to programs, whichever version they begin with.
    assert f"/cap/{code}-cancel.xml" in public_client.get(f"/w/{code}").content.decode()
    for address in (f"/cap/{code}.xml", f"/cap/{code}-cancel.xml", "/cap/feed.atom", f"/w/{code}"):
        assert public_client.get(address).status_code == 200


def entries_of(answer):
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")


def test_the_feed_has_every_message_of_a_place_and_about_a_topic(ward, public_client):
    version = ward.published()
    actions.recall_warning(version.warning_id, reason="over", by=ward.commander)
    issue()
    address = reverse("cap-feed", urlconf="keng.site.public_urls")
    cancel, alert = entries_of(public_client.get(address))
    assert alert.find(f"{ATOM}title").text == f"Cảnh báo mới: {CALM['title']}"
    links = {
        link.get("type"): link.get("href")
        for link in cancel.findall(f"{ATOM}link")
        if link.get("type")
    }
    assert links["application/cap+xml"].endswith(f"/cap/{version.verify_code.code}-cancel.xml")
    assert links["application/jose"].endswith("-cancel.xml.jws")
    here = f"{address}?place={ward.place.code}"
    assert len(entries_of(public_client.get(f"{here}&topic=scam"))) == 2
    assert entries_of(public_client.get(f"{here}&topic=fire")) == []
    for unknown in ("place=99999", "topic=x"):
        assert public_client.get(f"{address}?{unknown}").status_code == 404


def test_the_feed_of_warnings_can_be_of_a_place_and_leads_to_cap(ward, public_client):
    version = ward.published()
    issue()
    feed = "/warnings/feed.atom"
    [entry] = entries_of(public_client.get(f"{feed}?place={ward.hamlet.parent.code}&topic=scam"))
    assert f"/cap/{version.verify_code.code}.xml" in [
        link.get("href").removeprefix("http://localhost:8000")
        for link in entry.findall(f"{ATOM}link")
    ]
    assert entries_of(public_client.get(f"{feed}?topic=fire")) == []
    page = public_client.get(f"/w/{version.verify_code.code}").content.decode()
    assert 'type="application/cap+xml"' in page
    listed = public_client.get(f"/warnings?place={ward.place.code}").content.decode()
    assert f"/warnings/feed.atom?place={ward.place.code}" in listed
    assert "/cap/feed.atom" in listed
