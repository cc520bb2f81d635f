"""The command: it prints a page for each fake, and the line with which its account is set up."""

import json
import os
import re
import signal
import smtplib
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from keng import channels
from keng.channels.tests.talk import get
from keng_dev.fakes import FAKES


def test_each_fake_has_a_page_and_a_file_of_settings_for_its_account(tmp_path):
    environment = {**os.environ, "KENG_DATA": str(tmp_path)}
    keng = str(Path(sys.executable).with_name("keng"))
    command = (keng, "fakes", "telegram", "zalo_oa", "email", "web_push", "--port", "0")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            lines = [running.stdout.readline() for _line in range(9)]
            base = re.search(r"(http://127\.0\.0\.1:\d+)/_fake/inbox", lines[0])[1]
            file = Path(re.search(r"--settings (\S+)", lines[1])[1])
            assert json.loads(file.read_text())["api_base"] == base
            assert file.stat().st_mode & 0o077 == 0
            assert get(f"{base}/_fake/state")["delivered"] == 0
            zalo, mail, push = ((lines[n], lines[n + 1]) for n in (2, 4, 6))
            settings = [json.loads(Path(pair[1].split()[-1]).read_text()) for pair in (zalo, mail)]
            assert settings[0]["api_base"] == zalo[0].split()[1].removesuffix("/_fake/inbox")
            smtp = urlsplit(settings[1]["server"])
            with smtplib.SMTP(smtp.hostname, smtp.port, timeout=5) as client:
                assert client.ehlo()[0] == 250
            assert f"KENG_PUSH_URL={push[0].split()[1].removesuffix('/_fake/inbox')} " in push[1]
        finally:
            running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


def test_every_channel_that_reaches_a_provider_can_be_played_with():
    ours = set(channels.codes_where(lambda channel: channel.transport in ("http", "smtp")))
    assert set(FAKES) == ours


def test_what_is_no_fake_is_named():
    command = (str(Path(sys.executable).with_name("keng")), "fakes", "fax")
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, "fax" in ended.stdout) == (1, True)
