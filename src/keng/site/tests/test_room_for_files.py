"""Files lie here only where a page takes them, for a report that names them, if there is room."""

import os
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.urls.exceptions import NoReverseMatch
from django.utils.datastructures import MultiValueDict

from keng.accounts.who import Role
from keng.community.drafts import REPORT_COOKIE
from keng.community.models import Draft
from keng.community.public.shared import SharedForm
from keng.community.report.describe import DescribeForm
from keng.community.tests.resident import Resident, Stage
from keng.conftest import sign_in
from keng.dialogue.public.status_page import ReporterMessageForm
from keng.imported.forms import ImportForm
from keng.intake.by_staff.take_down_forms import ShownChatForm
from keng.kit import uploads
from keng.kit.upload_room import NoRoom, upload_room
from keng.kit.uploads import MOST_FILE_BYTES, MOST_FILES, files_taken_by, largest_file_for
from keng.lessons.film_forms import FilmForm
from keng.lookup_pages.public.dispute import ObjectionForm
from keng.network.forms.establishments import EstablishmentSheetForm
from keng.network.forms.groups import GroupSheetForm
from keng.network.forms.hamlets import HamletSheetForm
from keng.network.forms.leads import LeadSheetForm
from keng.partners.forms import PartnerFilmForm
from keng.site.bodies import MOST_FORM_PARTS
from keng.site.errors import BODY_NOT_TAKEN
from keng.transfers.forms import IncomingFileForm, TakeInForm
from tests import make

pytestmark = pytest.mark.django_db
KB = 1024
SIZE = 100 * KB


@pytest.fixture(autouse=True)
def own_folder(db, tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    upload_room.forget()
    Stage()
    yield
    upload_room.forget()


def file(name="anh.jpg", size=SIZE):
    """A picture of a content of its own: the same one twice is kept once."""
    return SimpleUploadedFile(name, (b"\xff\xd8\xff" + os.urandom(size))[:size], "image/jpeg")


def on_disk():
    return list(uploads.all_upload_paths())


def addresses(urls):
    """Those without arguments, by the name of their view's pattern, with what they take."""

    def walk(patterns):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and pattern.name:
                try:
                    yield reverse(pattern.name, urlconf=urls), pattern.callback
                except NoReverseMatch:
                    continue

    return list(walk(get_resolver(urls).url_patterns))


@pytest.mark.parametrize(
    ("site", "roles", "most_unread"),
    # On the desk not only nobody, who is sent to the sign-in before a form is read.
    [("public", [None], 70), ("desk", [None, Role.COMMANDER, Role.ADMINISTRATOR], 85)],
    ids=["public", "desk"],
)
def test_an_address_that_takes_no_files_never_writes_one(
    site, roles, most_unread, monkeypatch, public_client, desk_client, settings
):
    client = {"public": public_client, "desk": desk_client}[site]
    urls = f"keng.site.{site}_urls"
    settings.ROOT_URLCONF = urls
    settings.MIDDLEWARE = getattr(settings, f"{site.upper()}_MIDDLEWARE")
    written = []
    create = uploads._create
    monkeypatch.setattr(uploads, "_create", lambda path: written.append(path) or create(path))
    others = [address for address, view in addresses(urls) if not largest_file_for(view)]
    assert len(others) > 30
    unread = set(others)
    for role in roles:
        officer = make.officer(unit=make.province_unit(), role=role) if role else None
        for address in sorted(unread):
            if officer is not None:
                sign_in(client, officer)  # Anew: some of these addresses end it.
            attached = [file(size=10), file(size=10)]
            answer = client.post(address, {"attached": attached, "file": file(size=10)})
            assert written == [], address
            if hasattr(answer.wsgi_request, "_post"):
                unread.discard(address)
    # Pages that are only shown refuse every form unread.
    assert len(unread) < most_unread, unread


def test_a_stranger_sends_no_more_to_an_address_of_members_than_to_any_other_form():
    taken = [files_taken_by(view) for _address, view in addresses("keng.site.public_urls")]
    of_members = [files for files in taken if files.only_from is not None]
    assert of_members
    for files in of_members:
        assert files.most_files * files.most_bytes <= MOST_FILES * MOST_FILE_BYTES


def test_a_form_with_a_wrong_token_leaves_nothing(public_client, settings):
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    files = [file(f"{number}.jpg") for number in range(3)]
    answer = stranger.post("/report/describe/", {"text": "a", "attached": files})
    assert answer.status_code == 403
    assert on_disk() == []


def test_files_that_no_report_names_are_gone_with_the_answer(public_client):
    answer = public_client.post("/status/tip/", {"attached": [file() for _ in range(8)]})
    assert answer.status_code < 500
    assert on_disk() == []


@pytest.fixture
def describing(public_client):
    """Somebody who has come to the question of what happened; `send(...)` answers it."""

    def begin(address):
        browser = Client(REMOTE_ADDR=address)
        resident = Resident(browser)
        resident.post("who-gets", desk="province")
        resident.post("what", topic="scam")
        return resident

    return begin


def test_one_network_has_a_tenth_of_the_room_and_others_have_theirs(describing, settings):
    settings.UPLOADS_BYTES = 30 * SIZE
    first, neighbour, other = (
        describing(address) for address in ("10.1.1.1", "10.1.1.200", "10.2.1.1")
    )
    first.post("describe", text="a", attached=[file(), file()])
    assert len(on_disk()) == 2
    page = neighbour.post("describe", text="chữ", attached=[file(), file("sau.jpg")])
    words = page.content.decode()
    assert "sau.jpg" in words
    assert "mạng của bạn" in words
    assert len(on_disk()) == 2
    assert other.post("describe", text="a", attached=[file()]).status_code == 303
    assert len(on_disk()) == 3


def test_the_next_file_of_a_network_that_has_its_five_hundred_is_refused_in_words(describing):
    for number in range(500):
        assert (
            upload_room.reserve_room("10.1.1.0/24", f"{uploads.UPLOADS_FOLDER}/{number}", 1) is None
        )
    resident = describing("10.1.1.1")
    page = resident.post("describe", text="những lời này", attached=[file("nhỏ.jpg", size=1)])
    words = page.content.decode()
    assert "nhỏ.jpg" in words
    assert "mạng của bạn" in words
    assert "những lời này" in resident.look("describe").content.decode()
    assert on_disk() == []
    assert resident.post("describe", text="những lời này").status_code == 303


def test_what_a_network_has_taken_back_is_free_again(describing, settings):
    settings.UPLOADS_BYTES = 15 * SIZE
    resident = describing("10.1.1.1")
    resident.post("describe", text="a", attached=[file()])
    assert "mạng của bạn" in resident.post("describe", text="a", attached=[file()]).content.decode()
    resident.post("describe", text="a", remove="0")
    assert on_disk() == []
    assert resident.post("describe", text="a", attached=[file()]).status_code == 303


def test_the_folder_has_a_cap_and_words_are_taken_beyond_it(describing, settings):
    settings.UPLOADS_BYTES = 100 * SIZE
    for number in range(26):
        resident = describing(f"10.{number // 2}.1.1")
        resident.post("describe", text="a", attached=[file() for _ in range(5)])
    assert sum((uploads.data_folder() / path).stat().st_size for path in on_disk()) < 100 * SIZE
    assert_words_are_taken(describing("10.99.1.1"))


def test_a_floor_of_the_disk_stays_free_and_words_are_taken(describing, settings):
    settings.DISK_FLOOR_BYTES = 2**60
    assert_words_are_taken(describing("10.1.1.1"))
    assert on_disk() == []


def assert_words_are_taken(resident):
    page = resident.post("describe", text="những lời này", attached=[file()])
    words = page.content.decode()
    assert "hết chỗ" in words
    assert "những lời này" in words
    assert "những lời này" in resident.look("describe").content.decode()
    assert resident.post("describe", text="những lời này").status_code == 303


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (NoRoom.FULL, "hết chỗ"),
        (NoRoom.NETWORK, "mạng của"),
        (NoRoom.MANY, "quá nhiều tệp"),
    ],
)
def test_every_form_says_in_words_that_there_was_no_room(why, words):
    refused = uploads.SealedUpload(
        path="", key=b"", name="a.jpg", size=9, content_type="image/jpeg", no_room=why
    )
    form = ReporterMessageForm({"text": "chữ"}, MultiValueDict({"attached": [refused]}))
    assert words in form.errors["attached"][0]
    assert form["text"].value() == "chữ"


def test_of_more_files_than_a_form_takes_each_is_named_and_the_words_stay(describing):
    resident = describing("10.1.1.1")
    files = [file(f"tấm {number}.jpg", size=10) for number in range(12)]
    page = resident.post("describe", text="những lời này", attached=files).content.decode()
    for number in range(5, 12):
        assert f"tấm {number}.jpg" in page
    assert "tấm 11.jpg: lần này có quá nhiều tệp" in page
    assert "những lời này" in page


def test_a_form_of_too_many_parts_is_answered_in_words(public_client):
    refused = {BODY_NOT_TAKEN: HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    answer = public_client.post("/report/describe/", {"text": "a"}, **refused)
    assert answer.status_code == 413
    assert "Nội dung gửi lớn quá nên chưa nhận được" in answer.content.decode()


# What its page may send besides the fields of the form and its files: token, language, a button.
BESIDES = 10
FORMS = {
    "film-new": FilmForm,
    "establishments-import": EstablishmentSheetForm,
    "groups-import": GroupSheetForm,
    "import-new": ImportForm,
    "hamlets-import": HamletSheetForm,
    "leads-import": LeadSheetForm,
    "partner-film-new": PartnerFilmForm,
    "lookup-object": ObjectionForm,
    "report-describe": DescribeForm,
    "share": SharedForm,
    "status-tip": ReporterMessageForm,
    "take-down-chat": ShownChatForm,
    "transfer-take-in": TakeInForm,
    "transfer-incoming": IncomingFileForm,
}


def test_every_form_that_takes_files_has_far_fewer_parts_than_are_taken():
    takes = {
        resolve(address, urls).url_name
        for urls in ("keng.site.public_urls", "keng.site.desk_urls")
        for address, view in addresses(urls)
        if largest_file_for(view)
    }
    assert takes == FORMS.keys()
    for form in FORMS.values():
        assert len(form.base_fields) + uploads.MOST_FILES + BESIDES <= MOST_FORM_PARTS / 2


def test_who_sent_files_is_known_by_no_address(describing, settings):
    settings.UPLOADS_BYTES = 30 * SIZE
    describing("10.1.1.1").post("describe", text="a", attached=[file()])
    kept = upload_room.__dict__
    assert "10.1.1" not in repr(kept)
    assert len(upload_room._held) == 1


@pytest.mark.parametrize("name", ["q", "choice", "spot", "searched"])
def test_a_draft_keeps_no_more_of_a_field_than_it_may_have(public_client, name):
    resident = Resident(public_client)
    resident.post("who-gets", desk="province")
    answers = {"q": "", "searched": "", "choice": "", "spot": ""} | {name: "a" * 300_000}
    resident.post("where", **answers)
    assert len(bytes(Draft.objects.get().box)) < 5000


def test_too_long_words_are_kept_to_be_shortened_and_what_is_not_is_said(describing):
    resident = describing("10.1.1.1")
    words = "lời " * 25_000
    page = resident.post("describe", text=words).content.decode()
    assert "20.000" in page
    kept = resident.look("describe").content.decode()
    assert words[:20_000].strip() in kept
    assert words[:20_010] not in kept
    assert resident.client.cookies[REPORT_COOKIE].value
