"""keng fakes: providers that play on this machine, for a person to try a channel with.

Each listens on a port of its own, shows what it was given to deliver, and lets one write to us as
somebody would. Its settings lie in a file that `keng channel add` takes.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from keng.channels.email.fake import FakeMailServer
from keng.channels.facebook_page.fake import FakeFacebookPage
from keng.channels.fake import FakeProvider
from keng.channels.messenger.fake import FakeMessenger
from keng.channels.sms.fake import FakeSms
from keng.channels.telegram.fake import FakeTelegram
from keng.channels.voice.fake import FakeVoice
from keng.channels.web_push.fake import FakePushService
from keng.channels.zalo_bot.fake import FakeZaloBot
from keng.channels.zalo_oa.fake import FakeZalo
from keng.kit.durable_files import write_new_file

FAKES: dict[str, Callable[[], FakeProvider]] = {
    "zalo_oa": FakeZalo,
    "telegram": FakeTelegram,
    "zalo_bot": FakeZaloBot,
    "messenger": FakeMessenger,
    "facebook_page": FakeFacebookPage,
    "sms": FakeSms,
    "voice": FakeVoice,
    "email": FakeMailServer,
    "web_push": FakePushService,
}
_RECEIVING = {"zalo_oa", "telegram", "zalo_bot", "messenger"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which of them, and where."""
    parser.add_argument("channels", nargs="*", metavar="CHANNEL", help="default: all of them")
    parser.add_argument("--port", type=int, default=9201, help="of the first; the next ones follow")
    parser.add_argument(
        "--slug", default="", help="the account's short name here; default: the channel's"
    )
    parser.add_argument(
        "--edge", default="http://127.0.0.1:8002", help="where our webhooks are posted to"
    )


def run(arguments: argparse.Namespace) -> int:
    """Until interrupted."""
    chosen = arguments.channels or list(FAKES)
    if unknown := [each for each in chosen if each not in FAKES]:
        print(f"No such fake: {', '.join(unknown)}. There are {', '.join(FAKES)}.")
        return 1
    asyncio.run(_serve(chosen, arguments))
    return 0


async def _serve(chosen: list[str], arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with contextlib.AsyncExitStack() as running:
        # Private, and gone with the fakes whose secrets lie there.
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="keng-fakes-")))
        for number, channel in enumerate(chosen):
            fake = FAKES[channel]()
            slug = arguments.slug or channel.replace("_", "-")
            if channel in _RECEIVING:
                fake.webhook_url = f"{arguments.edge}/hooks/{channel}/{slug}"
            port = arguments.port + number if arguments.port else 0
            await running.enter_async_context(fake.serving(port))
            print(f"{channel:<13} {fake.base}/_fake/inbox")
            print(f"{'':<13} {_set_up_line(fake, channel, slug, folder)}")
        print("Ctrl-C ends them.", flush=True)
        await stop.wait()


def _set_up_line(fake: FakeProvider, channel: str, slug: str, folder: Path) -> str:
    """How the product comes to send by it; the settings of an account lie in a file."""
    if isinstance(fake, FakePushService):
        # Its account makes itself. The page shows a browser that can be subscribed.
        fake.browser()
        return f"KENG_PUSH_URL={fake.base} in the settings, before `keng prepare`"
    file = folder / f"{channel}.json"
    write_new_file(file, json.dumps(dict(fake.credentials())).encode())
    return f"keng channel add {channel} {slug} --unit CODE --settings {file}"
