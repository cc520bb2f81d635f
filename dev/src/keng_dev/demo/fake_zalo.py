"""The process that plays the providers of a demo: the Zalo account, and what calls a phone."""

import os
from pathlib import Path

from keng.kit.database import data_folder
from keng.runtime.accounts_of_the_system import process_account
from keng.runtime.supervisor.children import UNPRIVILEGED, Child
from keng.runtime.supervisor.ports import Ports


def fake_zalo(ports: Ports) -> Child:
    settings = fake_zalo_file(data_folder())
    command = (
        *(*UNPRIVILEGED, "--account", process_account().name, "--keep", str(settings)),
        *("keng_dev.demo.fake_providers", "--port", str(ports.zalo_fake)),
        *("--settings", str(settings)),
        *("--webhook", f"http://127.0.0.1:{ports.edge}/hooks/zalo_oa/bac-ninh"),
    )
    # It plays a foreign company: it is told nothing of ours.
    ours = {name for name in os.environ if name.startswith("KENG_")} | {"DATABASE_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return Child("zalo_fake", command, ports.zalo_fake, environment, at_terminal=False)


def fake_zalo_file(data: Path) -> Path:
    """Its settings: every demo has them, and nobody's own data do."""
    return data / "secrets" / "zalo-fake.json"
