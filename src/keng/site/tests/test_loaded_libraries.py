"""A process does not load a large library before somebody needs what it is for."""

import os
import subprocess
import sys

import pytest

# The other processes load less than these two.
_LOADED = {
    "public": "import keng.site.asgi_public, keng.site.public_urls",
    "worker": "from keng.runtime.worker import all_tasks; all_tasks()",
}
_LARGE = {
    "aiohttp": "whoever fetches a file of a stranger's server, or asks a witness",
    "webauthn": "whoever signs in with a passkey",
    "PIL": "the confined process that decodes pictures",
}


@pytest.mark.parametrize("process", _LOADED)
def test_a_process_that_begins_has_not_loaded_what_few_of_its_days_need(process, tmp_path):
    code = f"import django, sys; django.setup(); {_LOADED[process]}; print(*sys.modules)"
    settings = {
        "KENG_PROCESS": process,
        "KENG_DATA": str(tmp_path),
        "KENG_SECRET_KEY": "s" * 64,
        # Nobody connects to it.
        f"KENG_DATABASE_URL_{process.upper()}": "postgresql://nobody@127.0.0.1/nothing",
        "DJANGO_SETTINGS_MODULE": "keng.site.settings",
    }
    kept = {name: each for name, each in os.environ.items() if not name.startswith("KENG_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=kept | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert {"django", "keng.tips.models"} <= loaded
    assert not loaded & _LARGE.keys()
