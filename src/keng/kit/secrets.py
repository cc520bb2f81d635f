"""The site's own secret and what is derived from it: keyed hashes and boxes."""

import hashlib
import hmac
import os
from functools import cache
from pathlib import Path

from nacl.secret import SecretBox

from keng.kit.database import data_folder, this_process
from keng.kit.durable_files import write_new_file
from keng.kit.kept_secrets import read_secret
from keng.kit.refusals import KeyMissing

KEY_SIZE = 32


def read_or_make_key(path: Path, size: int = KEY_SIZE) -> bytes:
    """The bytes of a key file; made with mode 0600 when it does not exist yet.

    Several processes may start at once: the first link wins and all read the same file.
    """
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}.new")
        write_new_file(draft, os.urandom(size))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return read_secret(path)


def site_key_file() -> Path:
    """Where the site's own secret lies unless KENG_SECRET_KEY holds it."""
    return data_folder() / "secrets" / "site.key"


def site_secret_here() -> bytes | None:
    """The secret of this installation as it is now; None where there is none yet."""
    given = os.environ.get("KENG_SECRET_KEY", "")
    if given:
        return hashlib.blake2b(given.encode(), digest_size=32, person=b"keng-site").digest()
    try:
        found = read_secret(site_key_file())
    except FileNotFoundError:
        return None
    if len(found) < KEY_SIZE:
        raise key_cut_short(site_key_file())
    return found


def key_cut_short(file: Path) -> KeyMissing:
    """What to say of a key file that was cut short."""
    return KeyMissing(
        f"{file} is no key: it was cut short. Put it back from the backup; if it is lost for good, "
        "remove the file and see `keng keys accept`."
    )


@cache
def site_secret() -> bytes:
    """The secret of this installation: KENG_SECRET_KEY, or a file made at the first start.

    Only the owner makes it, who has asked the database first (cli/keys.py). Every other process
    raises KeyMissing: with a new one it would take reports in that nothing opens later.
    """
    found = site_secret_here()
    if found is not None:
        return found
    if this_process() != "owner":
        raise KeyMissing(
            f"{site_key_file()} is missing. Put it back from the backup; see `keng keys check`."
        )
    return read_or_make_key(site_key_file())


@cache
def derive_key(label: str) -> bytes:
    """A 32-byte key for one purpose, named by its label."""
    return hashlib.blake2b(label.encode(), key=site_secret(), digest_size=32).digest()


def keyed_hash(label: str, *parts: str | bytes) -> bytes:
    """32 bytes that only this installation can compute; parts cannot run into each other."""
    digest = hashlib.blake2b(key=derive_key(label), digest_size=32)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(4))
        digest.update(data)
    return digest.digest()


def site_box(label: str) -> SecretBox:
    """A secret box for data that the site itself must be able to read again."""
    return SecretBox(derive_key(label))


def holders_box(label: str, secret: str) -> SecretBox:
    """A box that the site opens only together with a secret that somebody else holds."""
    key = hashlib.blake2b(secret.encode(), key=derive_key(label), digest_size=KEY_SIZE).digest()
    return SecretBox(key)


def new_row_secret() -> bytes:
    """What a row adds to the site's key, so that neither of them alone gives what is derived."""
    return os.urandom(KEY_SIZE)


def same_secret(left: bytes | str, right: bytes | str) -> bool:
    """Whether two secrets are equal, in constant time."""
    a = left.encode() if isinstance(left, str) else left
    b = right.encode() if isinstance(right, str) else right
    return hmac.compare_digest(a, b)
