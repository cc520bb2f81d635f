"""Secrets that are on paper, in letters and in browsers go on working.

The values were made with this key before their makers stood in `keng.kit`.
"""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from keng.claims import secret_links as claim_links
from keng.community import drafts as report_drafts
from keng.community.models import Draft as ReportDraftRow
from keng.kit import secrets
from keng.lessons.class_links import class_token
from keng.lessons.models import SchoolClass
from keng.network import secret_links
from keng.network.models import Lead, Subscription
from keng.surveys import drafts as survey_drafts
from keng.surveys.codes import slip_hash
from keng.surveys.models import Draft as SurveyDraftRow
from keng.tips import receipt_codes

KEY = uuid.UUID("01900000-0000-7000-8000-000000000001")
SECRET = b"s" * 32
TOKEN = "A" * 22
NONCE = "00" * 24


@pytest.fixture(autouse=True)
def the_key_of_then(monkeypatch):
    monkeypatch.setattr(secrets, "site_secret", lambda: bytes(range(32)))
    secrets.derive_key.cache_clear()
    yield
    secrets.derive_key.cache_clear()


@pytest.mark.parametrize(
    ("version", "secret", "of_lead", "of_class"),
    [
        (1, b"", "QOWgCypEA5GbLkBThgL0Dw", "RoGbh-E-8SOUvLpQYYsxdg"),
        (3, b"", "dLSe7tmsUu9-cEBqqB80yo", "ZlkrhGugPY6MP-g3iJn8JM"),
        (1, SECRET, "ceHgl_fTfGIrmD1dj9owdY", "eReMN4wu3lxJlG0MWDQiWs"),
        (3, SECRET, "W1xgUJmO8QvMInQY5AnmO0", "fp7dSBvI73w9-sOWy9o7MU"),
    ],
)
def test_links_of_leads_and_teachers(version, secret, of_lead, of_class):
    values = {"pk": KEY, "link_version": version, "link_secret": secret}
    assert secret_links.lead_token(Lead(**values)) == f"AZAAAAAAcACAAAAAAAAAA{of_lead}"
    assert class_token(SchoolClass(**values)) == f"AZAAAAAAcACAAAAAAAAAA{of_class}"


@pytest.mark.parametrize(
    ("secret", "confirms", "stops"),
    [
        (b"", "XoMrvsor_9rnO_4uUHXxOg", "fvK25Y_I3OEXU_f3aUScy4"),
        (SECRET, "Tcv_NKum4xSRQeNZDsTmsY", "Qh_2XSYcI0MSmn_SCmfbik"),
    ],
)
def test_links_in_letters(secret, confirms, stops):
    subscription = Subscription(pk=KEY, link_secret=secret)
    assert secret_links.confirm_token(subscription) == f"AZAAAAAAcACAAAAAAAAAA{confirms}"
    assert secret_links.stop_token(subscription) == f"AZAAAAAAcACAAAAAAAAAA{stops}"


def test_codes_and_what_is_kept_of_them():
    code = receipt_codes.code_from_token(TOKEN)
    assert code == "CWJEWABSQF40C15J"
    kept = [
        receipt_codes.code_hash(code).hex(),
        receipt_codes.token_hash(TOKEN).hex(),
        claim_links.token_hash(TOKEN).hex(),
        slip_hash("ABC123", "0123456789").hex(),
        secret_links.ended_link_hash(TOKEN),
    ]
    assert kept == [
        "81bab7834fb69ca41ec54e499dc557bd0d5f67954437720a8d78563888cef50d",
        "8a3ae1fd3af1662a944997ebb5205eeb9e7976f6c5debf3ed63239691477842e",
        "8a5bdb4cc15164126c6ef2668de9dd240d299ce6397a42c95a9411b93d080ed8",
        "4628f64fbffea9b81584f15cfb673519bb1228cbf6479d745ccbb221147c9843",
        "0afcb5409eb82ed3b1d715a29ea7b9957d6aedfc1f5a92b300db9dad1f8cedf2",
    ]


def test_the_words_of_whoever_asked():
    box = NONCE + "ce6adfb35ef2d9bcb9ce55f199485c9ef21da9880dcaba12779c"
    assert claim_links.unbox_words(bytes.fromhex(box), TOKEN) == "đã hỏi"


@pytest.mark.django_db
def test_drafts_in_browsers():
    box = (
        NONCE + "0a40dd264d0054a4787acfcf4a52704590c24c8bb448239645c995ce773450d04713c4756b210d52"
        "b2b9f292cc16ff2adc62316c92a4de"
    )
    ReportDraftRow.objects.create(
        id_hash=bytes.fromhex("62c5c0f601eb498bbb8183ba55ca0b7dd5850ead641dd2fec8df139f00928cf0"),
        box=bytes.fromhex(box),
    )
    assert report_drafts.load_draft(TOKEN).answers == {"text": "a"}

    box = (
        NONCE + "86170d0b6adc22fa26d8a193dbc279dd205cb2cab5522ef3c23f69963cf6a2e144a1c2bd2e403c75"
        "269b2e2401c45ff64cd2ac0b4966dcd8c7a9cbf9f92b65"
    )
    row = SurveyDraftRow.objects.create(
        id_hash=bytes.fromhex("0627a6b7cd7704194aa8a2d391f01f55c499a05f282fd3991eb5b10649453e38"),
        box=bytes.fromhex(box),
    )
    found = survey_drafts.load_draft(TOKEN, "ABC123")
    assert found.said == {"q1": 2}
    # One purpose's secret opens nothing of another.
    assert report_drafts.REPORT_DRAFTS.load(TOKEN, SurveyDraftRow.objects.all()) is None
    row.touched_at = timezone.now() - timedelta(hours=25)
    row.save()
    assert survey_drafts.load_draft(TOKEN, "ABC123") is None
