"""Copies to view, with the worker's process and a kill in the middle of one."""

import io
import os
import signal
import time
from pathlib import Path

import pytest
from PIL import Image

from keng.kit import times
from keng.kit.database import data_folder
from keng.tips.attachments import store_attachment
from keng.tips.models import Attachment, Tip, WaitingPicture
from keng.vault import keys, seal
from tests import make
from tests.running import running


def photo():
    """As a phone sends it: 24.5 million pixels."""
    noise = Image.frombytes("RGB", (357, 267), os.urandom(357 * 267 * 3))
    made = io.BytesIO()
    noise.resize((5712, 4284), Image.Resampling.BILINEAR).save(made, "JPEG")
    return made.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_that_the_next_one_does_not_finish():
    unit = make.unit()
    make.unit_key(unit)
    keys.renew_worker_key()
    seal.forget_public_keys()
    tip = make.tip(unit=unit)
    content = photo()
    for _ in range(3):
        store_attachment(tip.pk, unit.pk, content)
    paths = list(WaitingPicture.objects.values_list("path", flat=True))
    with running("worker") as first:
        until = time.monotonic() + 30
        while not WaitingPicture.objects.filter(leased_until__isnull=False).exists():
            assert time.monotonic() < until, first.output()
            time.sleep(0.005)
        first.signal_all(signal.SIGKILL)
        first.process.wait()
    WaitingPicture.objects.filter(leased_until__isnull=False).update(leased_until=times.now())
    with running("worker") as second, running("worker") as third:
        until = time.monotonic() + 60
        while WaitingPicture.objects.exists():
            assert time.monotonic() < until, second.output() + third.output()
            time.sleep(0.05)
        assert (second.stop(), third.stop()) == (0, 0)
    kept = list(Attachment.objects.filter(tip=tip))
    assert [file.no_copy for file in kept] == ["", "", ""]
    named = {Path(file.viewing_path).name for file in kept}
    assert len(named) == 3
    assert not any((data_folder() / path).exists() for path in paths)
    assert not Tip.objects.exclude(pk=tip.pk).exists()
