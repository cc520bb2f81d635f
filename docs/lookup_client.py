# ruff: noqa: INP001, S310 -- a script that stands alone; its address is the caller's own
"""Ask Kẻng whether a number is listed without telling it which one. Needs nothing but Python.

python lookup_client.py https://keng.example phone 0912000111
python lookup_client.py https://keng.example url https://evil.example/login
"""

import hashlib
import json
import re
import sys
from urllib.parse import urlsplit
from urllib.request import urlopen

DIGITS = 4  # 65,536 answers: thousands of other numbers share each.


def keys(kind: str, written: str) -> list[str]:
    """Under which keys an entry may stand: +84…, an account's digits, a host and those above."""
    if kind == "url":
        host = (urlsplit(written if "//" in written else f"//{written}").hostname or "").rstrip(".")
        labels = host.removeprefix("www.").split(".")
        return [".".join(labels[at:]) for at in range(len(labels) - 1)]
    digits = re.sub(r"\D", "", written)
    if kind == "phone":
        return ["+84" + re.sub(r"^(00)?84|^0", "", digits)]
    return [digits]


def is_listed(site: str, kind: str, written: str) -> bool:
    """True: confirmed by a desk. False: not listed, which does not mean that it is honest."""
    for key in keys(kind, written):
        digest = hashlib.sha256(f"{kind}:{key}".encode()).hexdigest()
        with urlopen(f"{site}/lookup/v1/prefix/{digest[:DIGITS]}", timeout=10) as answer:
            if digest[DIGITS:] in json.load(answer)["hashes"]:
                return True
    return False


if __name__ == "__main__":
    site, kind, written = sys.argv[1:]
    print("confirmed: used in a scam" if is_listed(site, kind, written) else "no data (not: safe)")
