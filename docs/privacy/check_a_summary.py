# ruff: noqa: INP001, S310 -- a script that stands alone, for people to read
"""Check a public summary that a page of the country hands on, without that page. For everybody.

    python3 check_a_summary.py 24.note --key KEY --province 24 [--listings 24-listings.txt]
Needs Python 3.11 and `cryptography` (pip install cryptography), and nothing of Kẻng: read it whole.
Format: a signed note (c2sp.org/signed-note) with the line `keng public summary v1` and one of JSON.
Files may be addresses, too: https://national.example/24.note, or the province's own
https://keng.example/summary/v1/summary.note and …/summary/v1/listings.txt
  --key KEY         the key of the province, from somebody you trust and not from the page itself
  --province CODE   the code of the province, two digits
  --listings FILE   its confirmed entries by their hash
  --print           print what was signed
Exit code 0: genuine and in force. 1: not genuine; the words say why. 2: could not be checked.
3: genuine, and no longer in force: a newer one exists, or the province does not sign any more.
"""

import argparse
import base64
import datetime as dt
import hashlib
import json
import sys
import urllib.request
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEAD = "keng public summary v1"
LARGEST = 4_000_000


class NotGenuine(Exception): ...


def fetch(place):
    if not place.startswith(("https://", "http://")):
        return Path(place).read_bytes()
    with urllib.request.urlopen(place, timeout=30) as answer:
        return answer.read(LARGEST)


def signed_text(note, written):
    """The text of a note if the key signed it."""
    name, _, rest = written.strip().partition("+")
    raw = base64.b64decode(rest.partition("+")[2])
    # A restore changes the name of the log, and not that under which summaries are signed.
    name = name.partition("/restored-")[0]
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    text, _, below = note.rpartition("\n\n")
    text += "\n"
    for line in below.splitlines():
        _dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded)
        if signer == name and signature[:4] == key_id:
            try:
                public = Ed25519PublicKey.from_public_bytes(raw[1:])
                public.verify(signature[4:], text.encode())
            except InvalidSignature:
                break
            return text
    raise NotGenuine("FALSE: it is not signed with this key.")


def check(options):
    text = signed_text(fetch(options.note).decode(), options.key)
    head, _, said = text.partition("\n")
    if head != HEAD:
        raise NotGenuine("FALSE: the key signed something else than a summary.")
    summary = json.loads(said)
    if summary["province"] != options.province:
        raise NotGenuine(f"FALSE: it speaks of province {summary['province']}.")
    if options.listings:
        listings, reference = fetch(options.listings), summary["listings"] or {}
        if hashlib.sha256(listings).hexdigest() != reference.get("sha256"):
            raise NotGenuine("FALSE: these are not the entries that the summary names.")
        print(f"The {reference['count']} confirmed entries are those that were signed.")
    if options.print:
        print(json.dumps(summary, indent=1))
    print(f"Signed {summary['issued']} by the key of province {summary['province']}.")
    if dt.datetime.now(dt.UTC) >= dt.datetime.fromisoformat(summary["valid_until"]):
        print(f"NO LONGER IN FORCE since {summary['valid_until']}.")
        return 3
    return 0


def main(arguments=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("note")
    parser.add_argument("--key", required=True)
    parser.add_argument("--province", required=True)
    parser.add_argument("--listings")
    parser.add_argument("--print", action="store_true")
    try:
        return check(parser.parse_args(arguments))
    except NotGenuine as error:
        print(error)
        return 1
    except (OSError, ValueError, LookupError, TypeError) as error:
        print(f"NOT CHECKED: {error}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
