"""A log of tests: entries, steps of the clock, the log written into a folder as it is served."""

import datetime as dt
from pathlib import Path

from django.db import transaction

from keng.audit.actions import record
from keng.kit import times
from keng.merkle.tests.outsider import tiles_of_size
from keng.public_log.growing import grow
from keng.public_log.models import LogCheckpoint, LogPace
from keng.public_log.serving import served_checkpoint, served_note, tile_content

MONDAY = dt.datetime(2026, 11, 30, 1, tzinfo=dt.UTC)


def put_entries(count: int, chain: str = "unit:test", action: str = "test.done") -> None:
    with transaction.atomic():
        for _each in range(count):
            record(action, by="worker", on=None, chain=chain)


def take_steps(monkeypatch, count: int = 1) -> LogCheckpoint:
    """So many steps, five minutes apart; the checkpoint after them."""
    last = LogPace.objects.values_list("step", flat=True).first()
    start = MONDAY if last is None else dt.datetime.fromtimestamp((last + 1) * 300, dt.UTC)
    for number in range(count):
        moment = start + dt.timedelta(minutes=5 * number, seconds=3)
        monkeypatch.setattr(times, "now", lambda moment=moment: moment)
        grow()
    return LogCheckpoint.objects.latest("size")


def shown_checkpoint() -> LogCheckpoint:
    """The one that everybody is shown."""
    checkpoint = served_checkpoint()
    assert checkpoint is not None
    return checkpoint


def write_log(folder: Path) -> Path:
    """The files of the log as the public site serves them."""
    checkpoint = shown_checkpoint()
    for address in tiles_of_size(checkpoint.size):
        file = folder / "tile" / address.path
        file.parent.mkdir(parents=True, exist_ok=True)
        content = tile_content(address)
        assert content is not None
        file.write_bytes(content)
    (folder / "checkpoint").write_text(served_note(checkpoint))
    return folder
