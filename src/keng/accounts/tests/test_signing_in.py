"""Two factors, a pause for whoever guesses, and nothing that tells which names exist."""

import datetime

import pytest
from django import forms
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keng.accounts import actions, guessing, presence, second_factor, signing_in
from keng.accounts.guessing import TooManyTries, TryOrigin
from keng.accounts.models import Officer, Post
from keng.accounts.tests.quick_hasher import QuickArgon2
from keng.audit.actions import unit_chain
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.limits import shared
from keng.limits.models import GuessCount
from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = "mot-cau-rat-dai-2026"
HERE = TryOrigin("203.0.113.0/24")


@pytest.fixture
def officer():
    made = make.officer(unit=make.unit(), password=PASSWORD)
    second_factor.set_totp_secret(made)
    return made


def post(client, name, **data):
    return client.post(reverse(name, "keng.site.desk_urls"), data)


def test_name_password_and_code_open_the_desk(desk_client, officer):
    first = post(desk_client, "sign-in", username=officer.username.upper(), password=PASSWORD)
    assert first.url == reverse("sign-in-code", "keng.site.desk_urls")
    second = post(desk_client, "sign-in-code", code=second_factor.current_totp_code(officer))
    assert second.url == reverse("desk-home", "keng.site.desk_urls")
    assert desk_client.session["officer"] == str(officer.pk)
    assert Entry.objects.filter(action="officer.signed_in", actor_id=str(officer.pk)).count() == 1


def enter(client, officer, *, wanted):
    there = f"{reverse('sign-in', 'keng.site.desk_urls')}?next={wanted}"
    client.post(there, {"username": officer.username, "password": PASSWORD})
    return post(client, "sign-in-code", code=second_factor.current_totp_code(officer)).url


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
    answer = post(desk_client, "sign-in-code", code=second_factor.current_totp_code(officer))
    assert answer.url == reverse("sign-in", "keng.site.desk_urls")


def problem(page):
    return page.content.decode().partition('id="problem"')[2].partition("</div>")[0]


def test_an_unknown_name_and_a_wrong_password_get_the_same_words(desk_client, officer):
    """Also once they wait: the sixth try of each is refused before anything is read."""
    for _ in range(6):
        known = post(desk_client, "sign-in", username=officer.username, password="sai")
        unknown = post(desk_client, "sign-in", username="khong.co", password="sai")
        assert known.status_code == unknown.status_code
        assert problem(known) == problem(unknown) != ""
    assert known.status_code == 429


def test_an_unknown_name_costs_the_same_work(officer, monkeypatch):
    """The same check, the same statements: time tells no names apart."""
    checked = []
    monkeypatch.setattr(
        signing_in, "is_password_right", lambda password, *_, **__: checked.append(password)
    )
    statements = []
    # The key of these minutes is fetched once by each process.
    shared.keys_now()
    for name in (officer.username, "khong.co"):
        with CaptureQueriesContext(connection) as asked, pytest.raises(signing_in.NotSignedIn):
            signing_in.check_officer_password(name, "sai", origin=HERE)
        statements.append([query["sql"].split(" ")[:3] for query in asked])
    assert checked == ["sai", "sai"]
    assert len(statements[0]) - len(statements[1]) in {0, 1}  # the posts, for the unit's chain


def wrong_passwords(officer, times_, origin=HERE):
    for _ in range(times_):
        with pytest.raises(signing_in.NotSignedIn):
            signing_in.check_officer_password(officer.username, "sai", origin=origin)


def test_five_wrong_passwords_slow_the_guesser_and_nobody_else(officer):
    wrong_passwords(officer, 5)
    with pytest.raises(TooManyTries) as refused:
        signing_in.check_officer_password(officer.username, PASSWORD, origin=HERE)
    assert refused.value.minutes == 5
    elsewhere = TryOrigin("198.51.100.0/24")
    there = signing_in.check_officer_password(officer.username, PASSWORD, origin=elsewhere)
    assert there == officer
    failed = Entry.objects.filter(action="officer.signin_failed", object_id=str(officer.pk))
    assert [entry.detail["slowed"] for entry in failed.order_by("seq")] == [False] * 4 + [True]


def test_the_own_browser_gets_in_while_the_whole_world_tries_the_name(desk_client, officer):
    enter(desk_client, officer, wanted="/")
    post(desk_client, "sign-out")
    world = [TryOrigin(f"10.0.{n}.0/24") for n in range(40)]
    for origin in world[: guessing.NAME_LIMIT[0]]:
        wrong_passwords(officer, 1, origin)
    for origin in world[guessing.NAME_LIMIT[0] :]:
        with pytest.raises(TooManyTries) as refused:
            wrong_passwords(officer, 1, origin)
        assert refused.value.is_wide
    stranger = type(desk_client)()
    assert (
        post(stranger, "sign-in", username=officer.username, password=PASSWORD).status_code == 429
    )
    own = post(desk_client, "sign-in", username=officer.username, password=PASSWORD)
    assert own.url == reverse("sign-in-code", "keng.site.desk_urls")


def test_the_page_says_how_long_to_wait_and_that_nothing_is_locked(desk_client, officer):
    for _ in range(6):
        page = post(desk_client, "sign-in", username=officer.username, password="sai")
    assert (page.status_code, page["Retry-After"]) == (429, "300")
    assert "Bạn thử lại sau 5 phút. Tài khoản không bị khóa" in page.content.decode()


def test_wrong_codes_are_slowed_as_well(officer):
    for wrong in wrong_codes(officer, 5):
        with pytest.raises(signing_in.NotSignedIn):
            signing_in.check_officer_code(officer, wrong, origin=HERE)
    with pytest.raises(TooManyTries):
        signing_in.check_officer_code(
            officer, second_factor.current_totp_code(officer), origin=HERE
        )
    there = TryOrigin("198.51.100.0/24")
    code = second_factor.current_totp_code(officer)
    assert signing_in.check_officer_code(officer, code, origin=there) == officer


def wrong_codes(officer, number):
    right = int(second_factor.current_totp_code(officer))
    return [f"{(right + 7 + n) % 1_000_000:06d}" for n in range(number)]


def test_wrong_passwords_of_others_keep_nobody_from_approving(desk_client, officer):
    """Whoever knows a name could stop a province from letting out or recalling anything."""
    sign_in(desk_client, officer)
    wrong_passwords(officer, 5)
    assert signing_in.confirm_presence(officer, second_factor.current_totp_code(officer))
    assert desk_client.get(reverse("my-settings", "keng.site.desk_urls")).status_code == 200


def test_wrong_codes_at_an_open_desk_are_counted_apart(officer):
    for wrong in wrong_codes(officer, signing_in.PRESENCE_FAILURES):
        assert not signing_in.confirm_presence(officer, wrong)
    assert not signing_in.confirm_presence(officer, second_factor.current_totp_code(officer))
    # The count is of this session's own user: signing in goes on, and the rest ends by itself.
    there = signing_in.check_officer_password(officer.username, PASSWORD, origin=HERE)
    assert there == officer
    Officer.objects.update(presence_locked_until=times.now() - datetime.timedelta(seconds=1))
    assert signing_in.confirm_presence(officer, second_factor.current_totp_code(officer))
    officer.refresh_from_db()
    assert officer.failed_presence == 0


def test_a_wrong_code_of_somebody_signed_in_is_on_record_as_theirs_and_no_failed_sign_in(officer):
    for wrong in wrong_codes(officer, signing_in.PRESENCE_FAILURES):
        signing_in.confirm_presence(officer, wrong)
    assert not Entry.objects.filter(action="officer.signin_failed").exists()
    kept = Entry.objects.filter(action="officer.presence_failed").order_by("seq")
    assert {(entry.actor_kind, entry.actor_id) for entry in kept} == {("officer", str(officer.pk))}
    assert [entry.detail["slowed"] for entry in kept] == [False] * 4 + [True]


class OneField(forms.Form):
    code = forms.CharField()


def is_present(officer, code):
    form = OneField({"code": code})
    assert form.is_valid()
    return presence.is_present(officer, form), " ".join(form.errors.get("code", []))


def test_whoever_may_not_confirm_at_present_is_told_so(officer):
    """A right code was called wrong or used already while none was taken at all."""
    *first, last = wrong_codes(officer, signing_in.PRESENCE_FAILURES)
    for wrong in first:
        there, words = is_present(officer, wrong)
        assert not there
        assert words == "Mã này không đúng hoặc đã dùng rồi. Hãy chờ mã tiếp theo."
    for code in (last, second_factor.current_totp_code(officer)):
        there, words = is_present(officer, code)
        assert not there
        assert "trong 15 phút tới không nhận mã nào, kể cả mã đúng" in words
    Officer.objects.update(presence_locked_until=times.now() - datetime.timedelta(seconds=1))
    assert is_present(officer, second_factor.current_totp_code(officer)) == (True, "")


def test_a_password_hashed_with_other_figures_is_hashed_anew(officer, settings):
    stored = Officer.objects.get(pk=officer.pk).password
    settings.PASSWORD_HASHERS = ["keng.accounts.password_checks.Argon2"]
    signing_in.check_officer_password(officer.username, PASSWORD, origin=HERE)
    anew = Officer.objects.get(pk=officer.pk)
    assert anew.password != stored
    assert "m=19456,t=2,p=1" in anew.password
    assert anew.check_password(PASSWORD)


def test_a_code_works_once(officer):
    code = second_factor.current_totp_code(officer)
    signing_in.check_officer_code(officer, code, origin=HERE)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_code(officer, code, origin=HERE)


def test_nobody_signs_in_after_leaving(officer):
    Officer.objects.filter(pk=officer.pk).update(is_active=False)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_password(officer.username, PASSWORD, origin=HERE)


def test_nobody_signs_in_without_a_post(desk_client, officer):
    Post.objects.update(valid_to=times.local_date(times.now()) - datetime.timedelta(days=1))
    post(desk_client, "sign-in", username=officer.username, password=PASSWORD)
    page = post(desk_client, "sign-in-code", code=second_factor.current_totp_code(officer))
    assert page.status_code == 422
    assert "Hôm nay tài khoản của bạn không giữ vị trí nào" in page.content.decode()
    assert "officer" not in desk_client.session
    assert Entry.objects.filter(action="officer.refused_without_post").count() == 1


def test_signing_out_ends_the_session(desk_client, officer):
    sign_in(desk_client, officer)
    answer = post(desk_client, "sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "officer" not in desk_client.session
    assert Entry.objects.filter(action="officer.signed_out").exists()


def test_a_new_password_ends_every_other_session(desk_client, officer):
    sign_in(desk_client, officer)
    actions.change_password(
        present=PASSWORD, new="mot-cau-khac-2027", by=Officer.objects.get(pk=officer.pk)
    )
    answer = desk_client.get(reverse("my-settings", "keng.site.desk_urls"))
    assert answer.url.split("?")[0] == reverse("sign-in", "keng.site.desk_urls")


def test_changing_the_password_needs_the_present_one(desk_client, officer):
    sign_in(desk_client, officer)
    answer = post(desk_client, "my-settings", present="sai", new="mot-cau-khac-2027")
    assert answer.status_code == 422
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


def test_whoever_guesses_the_present_password_at_an_open_desk_waits(desk_client, officer):
    """Nothing counted them there."""
    sign_in(desk_client, officer)
    sent = {"new": "mot-cau-khac-2027", "again": "mot-cau-khac-2027"}
    for _ in range(5):
        page = post(desk_client, "my-settings", present="sai", **sent)
        assert "Đây không phải mật khẩu bạn đang dùng" in page.content.decode()
    page = post(desk_client, "my-settings", present=PASSWORD, **sent)
    assert page.status_code == 422
    assert "Bạn thử lại sau 5 phút" in page.content.decode()
    # And what others try at the sign-in with this name keeps nobody from changing a password.
    GuessCount.objects.all().delete()
    wrong_passwords(officer, 5)
    assert post(desk_client, "my-settings", present=PASSWORD, **sent).status_code == 302


def test_an_auditor_is_no_administrator(desk_client):
    sign_in(desk_client, make.officer(unit=make.unit(), role=Post.Role.AUDITOR))
    assert desk_client.get(reverse("officers", "keng.site.desk_urls")).status_code == 403


def test_tries_of_an_officer_whose_posts_have_ended_are_read_where_they_were_last(officer):
    here = officer.posts.get().unit_id
    gone = times.local_date(times.now()) - datetime.timedelta(days=3)
    officer.posts.update(valid_to=gone)
    make.post(
        officer,
        unit=make.unit(),
        valid_from=datetime.date(2024, 1, 1),
        valid_to=datetime.date(2024, 12, 31),
    )
    # Agreed to, and not begun: nobody there knows the officer yet.
    make.post(officer, unit=make.unit(), valid_from=gone + datetime.timedelta(days=90))
    officer = Officer.objects.get(pk=officer.pk)
    wrong_passwords(officer, 1)
    with pytest.raises(signing_in.WithoutPost):
        signing_in.check_officer_code(
            officer, second_factor.current_totp_code(officer), origin=HERE
        )
    told = Entry.objects.filter(object_id=str(officer.pk)).values_list("action", "chain")
    assert set(told) == {
        ("officer.signin_failed", unit_chain(here)),
        ("officer.refused_without_post", unit_chain(here)),
    }


def test_a_half_sign_in_ends_with_the_password_it_was_given(desk_client, officer):
    """Whoever knew the old password stands at the six digits while it is changed elsewhere."""
    post(desk_client, "sign-in", username=officer.username, password=PASSWORD)
    actions.change_password(present=PASSWORD, new="mot-cau-khac-rat-dai", by=officer)
    answer = post(desk_client, "sign-in-code", code=second_factor.current_totp_code(officer))
    assert answer.url == reverse("sign-in", "keng.site.desk_urls")
    assert "officer" not in desk_client.session
    assert not Entry.objects.filter(action="officer.signed_in").exists()


def test_a_password_that_is_hashed_anew_on_the_way_in_gets_in(desk_client, officer):
    earlier = QuickArgon2()
    earlier.memory_cost = 16
    officer.password = earlier.encode(PASSWORD, "x" * 16)
    officer.save(update_fields=["password"])
    assert enter(desk_client, officer, wanted="/") == "/"
    was = officer.password
    officer.refresh_from_db()
    assert officer.password != was
