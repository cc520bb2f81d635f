"""The command: it prints a page for each fake, and the line with which its account is set up."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from keng.channels.tests.talk import get


def test_each_fake_has_a_page_and_a_file_of_settings_for_its_account(tmp_path):
    environment = {**os.environ, "KENG_DATA": str(tmp_path)}
    command = (str(Path(sys.executable).with_name("keng")), "fakes", "telegram", "--port", "0")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            lines = [running.stdout.readline() for _line in range(3)]
            base = re.search(r"(http://127\.0\.0\.1:\d+)/_fake/inbox", lines[0])[1]
            file = Path(re.search(r"--settings (\S+)", lines[1])[1])
            assert json.loads(file.read_text())["api_base"] == base
            assert file.stat().st_mode & 0o077 == 0
            assert get(f"{base}/_fake/state")["delivered"] == 0
        finally:
            running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


def test_what_is_no_fake_is_named():
    command = (str(Path(sys.executable).with_name("keng")), "fakes", "fax")
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, "fax" in ended.stdout) == (1, True)
