"""What the operator's page on settings lists, and the file of settings that is printed from it."""

import re
import textwrap

from tests.architecture.source import ROOT

GUIDE = ROOT / "docs" / "operator" / "settings.md"
OPERATORS_FILE = ROOT / "deploy" / "keng.env"
_ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+) \|$", re.MULTILINE)
# Said by one process to another, and where Kẻng is worked on: no operator sets them.
_NOT_FOR_OPERATORS = {
    "KENG_PROCESS",
    "KENG_SENDER_KEY_FILE",
    "KENG_WORKER_KEYS",
    "KENG_ZALO_FAKE_PORT",
}
_HEAD = """\
# Settings of this installation: copy to /etc/keng/keng.env, and take the # away from what you
# set. Printed from docs/operator/settings.md, which says more; what is empty or left out has its
# default. With a password in it: chmod o= keng.env
"""
_LAST_SECTION = "\n## Demo and tests"


def documented_settings() -> set[str]:
    """The names in its tables."""
    return set(re.findall(r"^\| `([A-Z_]+)`", GUIDE.read_text(), re.MULTILINE))


def operators_file() -> str:
    """`deploy/keng.env`: every setting of an operator with its meaning, none switched on."""
    page = GUIDE.read_text().partition(_LAST_SECTION)[0]
    parts = [_HEAD]
    for section in re.split(r"^## ", page, flags=re.MULTILINE):
        rows = [row for row in _ROW.findall(section) if row[0] not in _NOT_FOR_OPERATORS]
        title = section.splitlines()[0] if not section.startswith("# ") else "Where and whose"
        if rows:
            parts.append(f"\n# -- {title}\n")
        for name, meaning in rows:
            plain = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", meaning)
            lines = textwrap.wrap(plain, 96, break_long_words=False, break_on_hyphens=False)
            parts.append("\n" + "".join(f"# {line}\n" for line in lines) + f"#{name}=\n")
    return "".join(parts)
