"""Run the fake: `python -m keng.channels.zalo_oa.fake --port 9100 --webhook URL`.

Prints one line of JSON when it listens. Secrets are drawn by lot, or come from a file of settings
(`-` is standard input), so that none stands in a command line.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import uvloop

from keng.channels.zalo_oa.fake.server import FakeZalo
from keng.channels.zalo_oa.fake.state import FakeGroup, FakeSettings
from keng.kit.kept_secrets import read_secret


def main() -> None:
    """Until interrupted."""
    arguments = _parser().parse_args()
    given = _settings_in(arguments.settings)
    groups: list[str] = given.pop("groups", [])
    slots: list[str] = given.pop("assets", [])
    for each in fields(FakeSettings):
        value = getattr(arguments, each.name, None)
        if value is not None:
            given[each.name] = value
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve(FakeSettings(**given), arguments.port, arguments.reveal, groups, slots))


def _settings_in(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    text = sys.stdin.read() if name == "-" else read_secret(Path(name)).decode()
    found: dict[str, Any] = json.loads(text)
    return found


async def _serve(
    settings: FakeSettings, port: int, reveal: bool, groups: list[str], slots: list[str]
) -> None:
    fake = FakeZalo(settings)
    fake.state.assets |= dict.fromkeys(slots, "")
    fake.state.groups |= {group: FakeGroup(group) for group in groups}
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with fake.serving(port):
        ready: dict[str, object] = {"ready": fake.base, "inbox": f"{fake.base}/_fake/inbox"}
        if reveal:
            ready["credentials"] = dict(fake.credentials())
        print(json.dumps(ready), flush=True)
        await stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keng.channels.zalo_oa.fake",
        description="A Zalo Official Account on 127.0.0.1, for the demo, tests and load.",
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--settings",
        help="JSON with fields of Settings, ids of groups and of free slots; - reads it here",
    )
    parser.add_argument("--reveal", action="store_true", help="print the credentials too")
    parser.add_argument("--oa-type", type=int, choices=(2, 4), help="2 business, 4 state agency")
    parser.add_argument("--webhook", dest="webhook_url", help="where events are posted")
    parser.add_argument("--signature-variant", help="app_id/body, oa_id/header, …")
    parser.add_argument("--rate-limit", type=int, help="requests a minute; 0 for none")
    parser.add_argument("--latency", type=float, help="seconds every answer is held back")
    parser.add_argument("--open-door", action="store_true", default=None, help="anybody is known")
    parser.add_argument("--echo", action="store_true", default=None, help="report what we sent")
    return parser


if __name__ == "__main__":
    main()
