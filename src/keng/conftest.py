"""Fixtures for tests beside the code: a client for each site, the rights of each process."""

import os
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client
from django.utils import translation

from keng.accounts.middleware import put_into
from keng.cli.roles import apply_grants
from keng.cli.tests.chance import load_profile
from keng.site.grants import GRANTS

load_profile()


@pytest.fixture(autouse=True)
def leaves_the_environment_as_it_was():
    """Commands set variables for the process they own; a test that runs one shares its process."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(autouse=True)
def starts_in_vietnamese():
    """A request of the test before may have left its language in this thread."""
    translation.activate(django_settings.LANGUAGE_CODE)


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
def public_client(settings):
    """A browser on the public site."""
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = django_settings.PUBLIC_MIDDLEWARE
    return Client()


@pytest.fixture
def desk_client(settings):
    """A browser on the desk, nobody signed in; `sign_in(client, officer)` skips both factors."""
    settings.ROOT_URLCONF = "keng.site.desk_urls"
    settings.MIDDLEWARE = django_settings.DESK_MIDDLEWARE
    return Client()


@pytest.fixture
def become(db):
    """Work as a process: with its role, and no more rights, until the transaction ends."""
    apply_grants(connection.connection, GRANTS)

    def switch(process):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            if process != "owner":
                cursor.execute(f"GRANT keng_{process} TO CURRENT_USER")
                cursor.execute(f"SET LOCAL ROLE keng_{process}")

    return switch


def sign_in(client, officer):
    """Put the officer into the client's session, as the sign-in page does after both factors."""
    session = client.session
    put_into(session, officer)
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    return client
