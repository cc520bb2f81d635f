"""Taking a sheet of leads over: what is refused comes back, what costs is agreed to first."""

import csv
import io
import re

import pytest
from django.core import signing

from keng.conftest import sign_in
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Delivery
from keng.delivery.tests.test_dispatch import Ward
from keng.network.models import Lead
from keng.network.tests.test_lead_sheets import PRINCIPAL, as_file
from keng.relay import telling_leads
from keng.relay.lead_sheet_desk import _SALT
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db
BY_PHONE = [(f"Thầy {n}", f"Chủ nhiệm {n}", "có", "", "", "", f"090123456{n}") for n in range(3)]


@pytest.fixture
def desk():
    keys.make_sender_key()
    return Ward()


@pytest.fixture
def client(desk_client, desk):
    return sign_in(desk_client, desk.officer)


def looked_at(client, *rows):
    """The page, and what its form would post."""
    sent = io.BytesIO(as_file(*rows))
    sent.name = "truong.csv"
    page = client.post("/leads/import/", {"sheet": sent}).content.decode()
    found = {
        name: re.search(rf'name="{name}"\s+value="([^"]+)"', page)
        for name in ("sheet", "shown", "cost")
    }
    return page, {name: match[1] for name, match in found.items() if match}


def import_by(client, asked):
    return client.post("/leads/import/check/", asked | {"do": "import"}, follow=True)


def test_the_officer_looks_downloads_what_is_refused_and_imports_the_rest(desk, client):
    _page, asked = looked_at(client, PRINCIPAL, ("Thầy An", "Chủ nhiệm", "không", "", "", "", ""))
    # Addresses go with it: whoever keeps a copy of the page reads none.
    with pytest.raises(signing.BadSignature):
        signing.loads(asked["sheet"], salt=_SALT)
    file = client.post("/leads/import/check/", asked | {"do": "refused"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert (rows[1][0], rows[1][-2], len(rows)) == ("Thầy An", "3", 2)
    assert "đồng ý" in rows[1][-1]
    answer = import_by(client, asked)
    assert "1 đầu mối mới" in answer.content.decode().replace("\u00a0", " ")
    assert [lead.name for lead in Lead.objects.all()] == ["Cô Lan"]


def test_what_asking_costs_is_agreed_to_before_anybody_is_asked(desk, client):
    account = make.channel_account(unit=desk.unit, channel="sms")
    keep_secrets(account, {"profile": "esms", "price_per_part": "750"})
    account.save()
    page, asked = looked_at(client, *BY_PHONE)
    sum_said = re.search(r"<strong>([0-9.]+) đồng</strong>", page.replace("\u00a0", " "))[1]
    yes = asked.pop("cost")
    # Without a yes, and with one to another sum.
    for refused in (asked, asked | {"cost": "3-3-0"}):
        answer = import_by(client, refused)
        assert (answer.status_code, Lead.objects.count()) == (422, 0)
        assert "đồng ý" in answer.content.decode()
    import_by(client, asked | {"cost": yes})
    assert Lead.objects.count() == 3
    telling_leads.send_first_messages()
    assert Delivery.objects.filter(recipient_kind="lead", channel="sms").count() == 3
    messages, parts, dong = map(int, yes.split("-"))
    assert (messages, dong) == (3, parts * 750) == (3, int(sum_said.replace(".", "")))


def test_what_costs_nothing_asks_for_no_yes(desk, client):
    account = make.channel_account(unit=desk.unit, channel="sms")
    keep_secrets(account, {"profile": "esms", "price_per_part": "0"})
    account.save()
    for rows in (BY_PHONE, [PRINCIPAL]):
        _page, asked = looked_at(client, *rows)
        assert "cost" not in asked
        assert import_by(client, asked).status_code == 200
    assert Lead.objects.count() == 4
