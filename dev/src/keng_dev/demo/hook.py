"""What a demo adds to the product: a keng.kit.demo_hook.DemoHook, found by its entry point.

The settings of every process of a demo read it: what it needs of the product is loaded later.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.urls import URLPattern

    from keng.runtime.supervisor.children import Child
    from keng.runtime.supervisor.ports import Ports

APP = "keng_dev.demo"
FOLDER = Path(__file__).parent
CONTEXT_PROCESSOR = "keng_dev.demo.context.beside"
GRANTS: "Mapping[str, Mapping[str, str]]" = {"keng_public": {"demo_phonemessage": "SELECT, INSERT"}}


def public_urls() -> "Sequence[URLPattern]":
    from keng_dev.demo import urls  # noqa: PLC0415 -- needs the settings

    return urls.public


def desk_urls() -> "Sequence[URLPattern]":
    from keng_dev.demo import urls  # noqa: PLC0415 -- needs the settings

    return urls.desk


def children(ports: "Ports") -> "Sequence[Child]":
    from keng_dev.demo.fake_zalo import fake_zalo  # noqa: PLC0415 -- of the supervisor alone

    return [fake_zalo(ports)]


def is_demo_folder(data: Path) -> bool:
    from keng_dev.demo.fake_zalo import fake_zalo_file  # noqa: PLC0415 -- of the doctor alone

    return fake_zalo_file(data).exists()
