"""Fixtures for tests beside the code: a client for each site, the rights of each process."""

import base64
import os
import re
from http import HTTPStatus
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.utils import translation
from nacl.pwhash import argon2id
from whitenoise.middleware import WhiteNoiseMiddleware

from keng.accounts import partner_role
from keng.accounts.middleware import DeskRequest, OfficerMiddleware, bind_session
from keng.accounts.sessions import SessionStore
from keng.accounts.tests.look import looks_as_whoever_acts
from keng.acts import locks, work
from keng.community import busy_notice, queries
from keng.intake.tests.chat_fixtures import answers, own_keys, say
from keng.kit import rate_limits, share_cards
from keng.kit.postgresql.base import DatabaseWrapper
from keng.kit.tests.browser import Browser
from keng.limits import guesses, shared
from keng.runtime.tests.chance import load_profile
from keng.runtime.tests.clusters import cluster, open_folder
from keng.runtime.tests.rights import give_rights
from keng.site import public_frame
from tests import make
from tests.lock_order import STILL_BACKWARDS

# Fixtures that several areas use: pytest finds them by their names here.
__all__ = ["answers", "cluster", "open_folder", "own_keys", "say"]

load_profile()

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE)\b|.*\bFOR (NO KEY )?UPDATE\b", re.DOTALL)
SMALLEST_PNG = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def leaves_the_environment_as_it_was():
    """Commands set variables for the process they own; a test that runs one shares its process."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(autouse=True)
def starts_in_vietnamese():
    """A request of the test before may have left its language in this thread."""
    translation.activate(django_settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def no_time_passes_at_signing_in(monkeypatch):
    """Waits at signing in are as long on a slow machine."""
    monkeypatch.setattr(guesses, "guess_clock", lambda: 1000.0)


@pytest.fixture(autouse=True)
def nobody_has_asked():
    """How often somebody asked for something is counted in memory, which tests share."""
    rate_limits.forget_all_counts()
    shared.forget_keys()


@pytest.fixture(autouse=True)
def no_page_remembers_another_test():
    """What public pages keep for a minute is of the rows of the test before."""
    public_frame.forget_names()
    queries.forget_accounts()
    busy_notice.forget_answer()


@pytest.fixture
def no_time_passes(monkeypatch):
    """However slow this machine is, a test with this asks within one moment."""
    monkeypatch.setattr(shared, "seconds_now", lambda: 1000.0)


@pytest.fixture(scope="session", autouse=True)
def static_files_are_listed_once():
    """Each client would look through the folders of static files again."""
    listed = {}
    list_them = WhiteNoiseMiddleware.add_files_from_finders

    def add_files(server):
        if not listed:
            list_them(server)
            listed.update(server.files)
        server.files.update(listed)

    with mock.patch.object(WhiteNoiseMiddleware, "add_files_from_finders", add_files):
        yield


@pytest.fixture(scope="session", autouse=True)
def locks_are_taken_in_order():
    """What production only logs fails here (keng.acts.locks)."""

    def report_disorder(held, wanted):
        assert (held, wanted) in STILL_BACKWARDS, f"{wanted} is locked while {held} is held"

    with mock.patch.object(locks, "report_disorder", report_disorder):
        yield


@pytest.fixture(scope="session", autouse=True)
def whoever_acts_looks():
    """An act that a test does with the desk's role has no request around it, which says so.

    And its name ends with it, as with its transaction, which here is the test's and goes on.
    """
    name_actor = work.name_actor
    run_whole = work._run_whole  # noqa: SLF001 -- where a transaction begins and ends

    def name_and_look(by):
        looks_as_whoever_acts(by)
        name_actor(by)

    def run_and_end(*args, **kwargs):
        result = run_whole(*args, **kwargs)
        connection.connection.execute("SELECT set_config('keng.actor', '', true)")
        return result

    with (
        mock.patch.object(work, "name_actor", name_and_look),
        mock.patch.object(work, "_run_whole", run_and_end),
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def requests_write_by_acts_alone():
    """What the desk's connection refuses outside of an act fails here, too.

    There a request reads in transactions that only read (keng.kit.postgresql); here all of it is in
    the test's own, which writes.
    """
    begin_with = DatabaseWrapper.begin_transactions_with

    def begin_and_note_depth(database, first):
        database.depth_of_request = len(database.atomic_blocks)
        begin_with(database, first)

    def refuse_writing(execute, sql, params, many, context):
        database = context["connection"]
        if (
            database.in_atomic_block
            and database.reads_by_itself()
            and len(database.atomic_blocks) <= database.depth_of_request
        ):
            assert not WRITES.match(str(sql)), f"outside of an act: {sql}"
        return execute(sql, params, many, context)

    new_connection = DatabaseWrapper.__init__

    def with_refusal(database, *args, **kwargs):
        new_connection(database, *args, **kwargs)
        database.execute_wrappers.append(refuse_writing)

    connection.execute_wrappers.append(refuse_writing)
    with (
        mock.patch.object(DatabaseWrapper, "begin_transactions_with", begin_and_note_depth),
        mock.patch.object(DatabaseWrapper, "__init__", with_refusal),
    ):
        yield
    connection.execute_wrappers.remove(refuse_writing)


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_quickly():
    """A guess is meant to be dear, and hundreds of tests make officers and keys."""
    with override_settings(PASSWORD_HASHERS=["keng.accounts.tests.quick_hasher.QuickArgon2"]):
        yield


@pytest.fixture(scope="session")
def stretching_in_production():
    """How often and in how much memory the lock of a passphrase is stretched, with its names."""
    return {name: getattr(argon2id, name) for name in ("OPSLIMIT_MODERATE", "MEMLIMIT_MODERATE")}


@pytest.fixture(scope="session", autouse=True)
def passphrases_are_stretched_quickly(stretching_in_production):
    """As `passwords_are_hashed_quickly`: one key costs most of a second otherwise."""
    least = {name: getattr(argon2id, f"{name[:8]}_MIN") for name in stretching_in_production}
    with mock.patch.multiple(argon2id, **least):
        yield


@pytest.fixture
def passphrases_are_stretched_as_in_production(monkeypatch, stretching_in_production):
    """For tests of how dear a guess is."""
    for name, value in stretching_in_production.items():
        monkeypatch.setattr(argon2id, name, value)


@pytest.fixture(scope="session", autouse=True)
def inboxes_have_their_rights():
    """The pages of partners take a role of its own, whatever a test works as (partner_inbox)."""
    take_role = partner_role._take_role  # noqa: SLF001 -- where the role is taken

    def give_and_take():
        give_rights()
        return take_role()

    with mock.patch.object(partner_role, "_take_role", give_and_take):
        yield


@pytest.fixture(scope="session")
def draw_a_card():
    """`keng.kit.share_cards.png_of_svg` itself."""
    return share_cards.png_of_svg


@pytest.fixture(scope="session", autouse=True)
def cards_are_not_drawn(draw_a_card):
    """Each warning that a test publishes has a card, which takes longer than all its rest."""
    with mock.patch.object(share_cards, "png_of_svg", return_value=SMALLEST_PNG):
        yield


@pytest.fixture
def cards_are_drawn(monkeypatch, draw_a_card):
    """For tests that look at the picture."""
    monkeypatch.setattr(share_cards, "png_of_svg", draw_a_card)


@pytest.fixture(scope="module")
def shared_rows(django_db_setup, django_db_blocker):
    """For fixtures of a module that make much: its tests share the rows, each above a savepoint.

    The end of the module undoes them. Not beside tests that commit.
    """
    translation.activate(django_settings.LANGUAGE_CODE)
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def client():
    """A browser on whichever site the settings name."""
    return Browser()


@pytest.fixture
def public_client(settings):
    """A browser on the public site."""
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = django_settings.PUBLIC_MIDDLEWARE
    settings.APPROVE_WITH_CODE = True
    return Browser()


@pytest.fixture
def desk_client(settings):
    """A browser on the desk, nobody signed in; `sign_in(client, officer)` skips both factors."""
    settings.ROOT_URLCONF = "keng.site.desk_urls"
    settings.MIDDLEWARE = django_settings.DESK_MIDDLEWARE
    # Tests let hours go by between two requests; the lock has tests of its own.
    settings.SCREEN_LOCK_MINUTES = 0
    # So has approving with a passkey alone (releases/tests/test_by_passkey.py).
    settings.APPROVE_WITH_CODE = True
    return Browser()


@pytest.fixture
def unit():
    """The desk of a ward."""
    return make.unit(parent=make.province_unit())


@pytest.fixture
def officer(unit):
    """On duty there."""
    return make.officer(unit=unit)


@pytest.fixture
def desk(desk_client, officer):
    """The desk as this officer sees it, signed in."""
    return sign_in(desk_client, officer)


@pytest.fixture
def become(db):
    """Work as a process: with its role, and no more rights, until the transaction ends."""
    give_rights()

    def switch(process):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            if process != "owner":
                cursor.execute(f"SET LOCAL ROLE keng_{process}")

    return switch


@pytest.fixture
def in_a_request(transactional_db):
    """Do acts as production does them: as the process's role, in a request that really commits.

    `in_a_request(act, …, by=officer)` runs them in one request of the desk, each in a transaction
    of its own: what is deferred is checked at its end, and what is to happen on commit happens.
    Without `by` they are the public site's. Each act is called with the officer as the request
    knows them, or None. Returns what the last act returned. May be called by several threads at
    once.
    """
    connection.ensure_connection()
    give_rights()

    def run(*acts, by=None):
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {'keng_desk' if by else 'keng_public'}")
        try:
            return desk_request(acts, by) if by else [act(None) for act in acts][-1]
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")

    return run


def desk_request(acts, officer):
    """These acts between the desk's middleware and the database; what the last one returned."""
    request = DeskRequest()
    request.method, request.path_info = "POST", "/"
    request.session = SessionStore()
    bind_session(request.session, officer)
    request.session.save()
    returned = []

    def view(asked):
        returned.extend(act(asked.officer) for act in acts)
        return HttpResponse()

    assert OfficerMiddleware(view)(request).status_code == HTTPStatus.OK
    return returned[-1]


def sign_in(client, officer):
    """Put the officer into the client's session, as the sign-in page does after both factors."""
    session = client.session
    bind_session(session, officer)
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    return client
