"""Two factors, a lock after five failures, and nothing that tells which names exist."""

import datetime

import pytest
from django.urls import reverse

from keng.accounts import actions, second_factor, signing_in
from keng.accounts.models import Officer, Post
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = "mot-cau-rat-dai-2026"


@pytest.fixture
def officer():
    made = make.officer(unit=make.unit(), password=PASSWORD)
    second_factor.set_secret(made)
    return made


@pytest.fixture(autouse=True)
def fast_hash(settings):
    """Argon2 as in production, but with the least work, or these tests would take minutes."""
    settings.PASSWORD_HASHERS = ["keng.accounts.tests.test_signing_in.QuickArgon2"]


from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402


class QuickArgon2(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8, 1


def post(client, name, **data):
    return client.post(reverse(name, "keng.site.desk_urls"), data)


def test_name_password_and_code_open_the_desk(desk_client, officer):
    first = post(desk_client, "sign-in", username=officer.username.upper(), password=PASSWORD)
    assert first.url == reverse("sign-in-code", "keng.site.desk_urls")
    second = post(desk_client, "sign-in-code", code=second_factor.current_code(officer))
    assert second.url == reverse("desk-home", "keng.site.desk_urls")
    assert desk_client.session["officer"] == str(officer.pk)
    assert Entry.objects.filter(action="officer.signed_in", actor_id=str(officer.pk)).count() == 1


def enter(client, officer, *, wanted):
    there = f"{reverse('sign-in', 'keng.site.desk_urls')}?next={wanted}"
    client.post(there, {"username": officer.username, "password": PASSWORD})
    return post(client, "sign-in-code", code=second_factor.current_code(officer)).url


def test_whoever_followed_a_link_gets_there_after_signing_in(desk_client, officer):
    wanted = reverse("my-settings", "keng.site.desk_urls")
    asked = desk_client.get(wanted).url
    assert asked.endswith(f"?next={wanted.replace('/', '%2F')}")
    assert enter(desk_client, officer, wanted=wanted) == wanted


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/no-such-page/", "/sign-in/", ""]
)
def test_signing_in_leads_to_no_other_site(desk_client, officer, wanted):
    first = reverse("desk-home", "keng.site.desk_urls")
    assert enter(desk_client, officer, wanted=wanted) == first


def test_the_first_page_alone_opens_nothing(desk_client, officer):
    post(desk_client, "sign-in", username=officer.username, password=PASSWORD)
    answer = desk_client.get(reverse("inbox", "keng.site.desk_urls"))
    assert answer.url.split("?")[0] == reverse("sign-in", "keng.site.desk_urls")


def test_the_second_page_cannot_be_had_without_the_first(desk_client, officer):
    answer = post(desk_client, "sign-in-code", code=second_factor.current_code(officer))
    assert answer.url == reverse("sign-in", "keng.site.desk_urls")


def test_an_unknown_name_and_a_wrong_password_get_the_same_words(desk_client, officer):
    known = post(desk_client, "sign-in", username=officer.username, password="sai")
    unknown = post(desk_client, "sign-in", username="khong.co", password="sai")
    assert known.status_code == unknown.status_code == 422
    strip = known.content.decode().replace(officer.username, "")
    assert strip.count("15 phút") == unknown.content.decode().count("15 phút") > 0


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(officer):
    for _ in range(signing_in.FAILURES):
        with pytest.raises(signing_in.NotSignedIn):
            signing_in.check_name_and_password(officer.username, "sai")
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_name_and_password(officer.username, PASSWORD)
    assert Entry.objects.filter(action="officer.refused_while_locked").exists()
    Officer.objects.update(locked_until=times.now() - datetime.timedelta(seconds=1))
    assert signing_in.check_name_and_password(officer.username, PASSWORD) == officer


def test_a_locked_name_takes_as_long_as_another(officer, monkeypatch):
    Officer.objects.update(locked_until=times.now() + datetime.timedelta(minutes=5))
    checked = []
    monkeypatch.setattr(signing_in, "check_password", lambda *of: checked.append(of) or True)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_name_and_password(officer.username, "sai")
    assert len(checked) == 1


def test_wrong_codes_lock_as_well(officer):
    right = int(second_factor.current_code(officer))
    for n in range(signing_in.FAILURES):
        with pytest.raises(signing_in.NotSignedIn):
            signing_in.check_code(officer, f"{(right + 7 + n) % 1_000_000:06d}")
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_code(officer, second_factor.current_code(officer))


def test_wrong_passwords_of_others_keep_nobody_from_approving(officer):
    """Whoever knows a name could stop a province from letting out or recalling anything."""
    for _ in range(signing_in.FAILURES + 1):
        with pytest.raises(signing_in.NotSignedIn):
            signing_in.check_name_and_password(officer.username, "sai")
    assert signing_in.confirm_presence(officer, second_factor.current_code(officer))
    officer.refresh_from_db()
    assert officer.locked_until > times.now()


def test_wrong_codes_at_an_open_desk_are_counted_apart(officer):
    right = int(second_factor.current_code(officer))
    for n in range(signing_in.FAILURES):
        assert not signing_in.confirm_presence(officer, f"{(right + 7 + n) % 1_000_000:06d}")
    assert not signing_in.confirm_presence(officer, second_factor.current_code(officer))
    # The count is of this session's own user: signing in goes on, and the rest ends by itself.
    assert signing_in.check_name_and_password(officer.username, PASSWORD) == officer
    Officer.objects.update(presence_locked_until=times.now() - datetime.timedelta(seconds=1))
    assert signing_in.confirm_presence(officer, second_factor.current_code(officer))
    officer.refresh_from_db()
    assert (officer.failed_presence, officer.failed_signins) == (0, 0)


def test_a_code_works_once(officer):
    code = second_factor.current_code(officer)
    signing_in.check_code(officer, code)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_code(officer, code)


def test_nobody_signs_in_after_leaving(officer):
    Officer.objects.filter(pk=officer.pk).update(is_active=False)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_name_and_password(officer.username, PASSWORD)


def test_signing_out_ends_the_session(desk_client, officer):
    sign_in(desk_client, officer)
    post(desk_client, "sign-out")
    assert "officer" not in desk_client.session
    assert Entry.objects.filter(action="officer.signed_out").exists()


def test_a_new_password_ends_every_other_session(desk_client, officer):
    sign_in(desk_client, officer)
    actions.change_password(
        Officer.objects.get(pk=officer.pk), present=PASSWORD, new="mot-cau-khac-2027"
    )
    answer = desk_client.get(reverse("my-settings", "keng.site.desk_urls"))
    assert answer.url.split("?")[0] == reverse("sign-in", "keng.site.desk_urls")


def test_changing_the_password_needs_the_present_one(desk_client, officer):
    sign_in(desk_client, officer)
    answer = post(desk_client, "my-settings", present="sai", new="mot-cau-khac-2027")
    assert answer.status_code == 422
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


def test_health_needs_no_sign_in(desk_client):
    answer = desk_client.get(reverse("desk-health", "keng.site.desk_urls"))
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_an_auditor_is_no_administrator(desk_client):
    sign_in(desk_client, make.officer(unit=make.unit(), role=Post.Role.AUDITOR))
    assert desk_client.get(reverse("officers", "keng.site.desk_urls")).status_code == 403
