"""`keng audit verify` as the operator types it, beside a real database whose owner rewrote it."""

import os
import shutil
import subprocess
import sys

from keng.runtime.postgres import embedded_cluster
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data

BEGIN = """
from keng.runtime.environment import start_django
start_django()
from django.db import transaction
from keng.audit.actions import record
from keng.audit.heads import sign_heads
from keng.runtime.known_keys import claim_installation
claim_installation(is_demo=False)
with transaction.atomic():
    for chain in ("unit:one", "unit:two"):
        record("tip.declined", by="worker", on=None, chain=chain)
sign_heads()
"""
TAKE_OUT = """
from keng.runtime.environment import start_django
start_django()
from keng.audit.models import Chain, Entry, SignedHead
Entry.objects.filter(chain="unit:one").delete()
SignedHead.objects.filter(chain="unit:one").delete()
Chain.objects.filter(name="unit:one").delete()
"""


def test_the_record_is_compared_with_the_exports_and_with_a_copy(open_folder):
    data = open_folder / "data"
    foreign = {name for name in os.environ if name.startswith("KENG_")} | {"DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    own = {
        name: os.environ[name] for name in ("KENG_PG_BINDIR", "KENG_PG_USER") if name in os.environ
    }
    environment = kept | own | {"KENG_DATA": str(data)}

    def run(*words):
        answer = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, check=False, env=environment
        )
        assert "Traceback" not in answer.stderr
        return answer.returncode, answer.stdout + answer.stderr

    def verify(*words):
        return run("-m", "keng.cli", "audit", "verify", *words)

    copy_migrated_data(data)
    cluster = embedded_cluster(data, UNSAFE_AND_FAST)
    cluster.start()
    try:
        assert run("-c", BEGIN) == (0, "")
        copy = shutil.copytree(data / "audit", open_folder / "elsewhere")
        code, said = verify("--heads", str(copy))
        assert (code, "2 chains, 2 entries: all hold" in said) == (0, True)
        code, said = verify("--heads", str(copy / "nowhere.jsonl"))
        assert (code, "is not there; --heads takes files or a folder" in said) == (1, True)
        assert run("-c", TAKE_OUT) == (0, "")
        code, said = verify()
        assert (code, "the whole chain is missing now" in said) == (1, True)
        shutil.rmtree(data / "audit")
        assert verify()[0] == 0
        code, said = verify("--heads", *map(str, copy.iterdir()))
        assert (code, "the whole chain is missing now" in said) == (1, True)
    finally:
        cluster.stop()
