"""The command that prints somebody's six digits, as it works wherever it is typed."""

import shlex
import sys
from pathlib import Path

from keng.kit.database import data_folder, usual_data_folder


def code_command(name: str) -> str:
    """With the program's path, and with KENG_DATA where the demo lies in no usual place."""
    where = data_folder()
    before = "" if where == usual_data_folder() else f"KENG_DATA={shlex.quote(str(where))} "
    program = shlex.quote(str(Path(sys.executable).with_name("keng")))
    return f"{before}{program} demo code {name}"
