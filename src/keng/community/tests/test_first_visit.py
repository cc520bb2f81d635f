"""What the first page costs somebody who pays for every megabyte: at most 30 kB, all of it."""

import re

import brotli
import pytest

from keng.warnings.tests.ward import CALM, Ward
from tests.architecture.source import KENG

pytestmark = pytest.mark.django_db

MOST_BYTES = 30_000
# Of each answer, with its policy and its cookies.
HEADERS = 1_000
_OURS = re.compile(r'(?:href|src)="/static/(keng/[^"]+)"')


@pytest.fixture
def ward(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    return Ward()


def bytes_over_the_wire(page):
    """The page as it is, since pages are not packed, and its files as they are sent (brotli)."""
    # An icon of the browser's tab is one of them.
    files = set(_OURS.findall(page))
    packed = [len(brotli.compress((KENG / "static" / name).read_bytes())) for name in files]
    return len(page.encode()) + sum(packed) + HEADERS * (1 + len(packed)), files


@pytest.mark.parametrize("address", ["/", "/report/"])
def test_a_first_visit_costs_at_most_30_kb(public_client, ward, address):
    for number in range(3):
        ward.published(words=CALM | {"title": f"Cảnh báo {number}: giả danh ngân hàng gọi điện"})
    page = public_client.get(address, follow=True).content.decode()
    weighs, files = bytes_over_the_wire(page)
    assert {"keng/public.css", "keng/tokens.css"} <= files
    print(f"{address}: {weighs} bytes, the page itself {len(page.encode())}")
    assert weighs <= MOST_BYTES


def test_a_page_that_brings_a_picture_along_would_be_noticed(public_client):
    page = public_client.get("/").content.decode()
    weighs, _files = bytes_over_the_wire(page + "x" * MOST_BYTES)
    assert weighs > MOST_BYTES
