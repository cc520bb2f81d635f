"""What a demo adds to the product, and that nothing of it is there without KENG_DEMO=1."""

import json
import os
import subprocess
import sys

import pytest
from django.apps import apps

from keng.kit.demo_hook import DemoHook, installed_demo
from keng.runtime.migrate import all_grants
from keng.runtime.supervisor.children import child_processes
from keng.runtime.supervisor.ports import Ports
from keng_dev.demo import hook

AS_PROMISED: DemoHook = hook


def test_the_product_finds_it_by_its_entry_point():
    assert installed_demo() is hook
    promised = {name for name in (*vars(DemoHook), *DemoHook.__annotations__) if name[0] != "_"}
    assert promised == {
        "APP",
        "FOLDER",
        "CONTEXT_PROCESSOR",
        "GRANTS",
        "public_urls",
        "desk_urls",
        "children",
        "is_demo_folder",
    }
    assert promised <= vars(hook).keys()


def test_its_folder_is_named_as_the_app():
    config = apps.get_app_config("demo")
    assert (config.name, config.path) == (hook.APP, str(hook.FOLDER))
    assert hook.FOLDER.name == config.label


def test_its_rights_are_on_its_own_tables_alone_and_are_given_in_a_demo_alone(monkeypatch):
    tables = {table for of_a_role in hook.GRANTS.values() for table in of_a_role}
    assert tables == {model._meta.db_table for model in apps.get_app_config("demo").get_models()}
    monkeypatch.delenv("KENG_DEMO", raising=False)
    of_the_product = all_grants()
    assert not tables & {table for of_a_role in of_the_product.values() for table in of_a_role}
    monkeypatch.setenv("KENG_DEMO", "1")
    for role, rights in all_grants().items():
        assert rights == {**of_the_product[role], **hook.GRANTS.get(role, {})}


def test_the_fake_zalo_is_kept_alive_in_a_demo_alone():
    def names(*, is_demo):
        return {child.name for child in child_processes(Ports(), is_demo=is_demo)}

    assert names(is_demo=True) - names(is_demo=False) == {"zalo_fake"}


LOOK = """
import json
import sys
import django
django.setup()
from django.conf import settings
from django.urls import get_resolver
from keng.site import desk_urls, public_urls
print(json.dumps({
    "apps": [name for name in settings.INSTALLED_APPS if "demo" in name],
    "context": [
        name
        for name in settings.TEMPLATES[0]["OPTIONS"]["context_processors"]
        if "keng.site" not in name and "django" not in name
    ],
    "addresses": [
        p.name for urls in (public_urls, desk_urls) for p in urls.urlpatterns if p.name in
        {"phones", "phone-say", "tour-close"}
    ],
    "loaded": [name for name in sys.modules if name == "keng_dev"],
}))
"""


@pytest.mark.parametrize("value", ["1", "0"])
def test_a_process_has_all_of_it_in_a_demo_and_nothing_of_it_elsewhere(tmp_path, value):
    kept = {name: text for name, text in os.environ.items() if not name.startswith("KENG_")}
    told = {
        "KENG_DATA": str(tmp_path),
        "KENG_DEMO": value,
        "KENG_PROCESS": "public",
        "KENG_SECRET_KEY": "of a test that keeps nothing",
        "DATABASE_URL": "postgres://nobody@db.invalid/keng",
        "KENG_DATABASE_URL_PUBLIC": "postgres://nobody@db.invalid/keng",
        "DJANGO_SETTINGS_MODULE": "keng.site.settings",
    }
    answer = subprocess.run(
        [sys.executable, "-c", LOOK], env=kept | told, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    everything = {
        "apps": [hook.APP],
        "context": [hook.CONTEXT_PROCESSOR],
        "addresses": ["phones", "phone-say", "tour-close"],
        "loaded": ["keng_dev"],
    }
    assert found == (everything if value == "1" else {key: [] for key in everything})
