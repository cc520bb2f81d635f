"""Under which name and key the log is signed, and whose cosignatures are asked for."""

from dataclasses import dataclass

from django.conf import settings

from keng.audit.heads import verify_key
from keng.merkle.notes import NoteKey, NoteKeyKind
from keng.public_log.models import LogPace


@dataclass(frozen=True, slots=True)
class ConfiguredWitness:
    """Where a witness is asked, and the key that its cosignatures bear."""

    url: str
    key: NoteKey


def log_origin() -> str:
    """The first line of every checkpoint, and the name our key signs under.

    After a restore it says so itself: a witness has seen more under the name of before.
    """
    restored = LogPace.objects.values_list("restored_as", flat=True).first()
    return f"{settings.LOG_ORIGIN}{restored or ''}"


def log_key() -> NoteKey:
    """The public half of the key that signs checkpoints: the one that signs the heads, too."""
    return NoteKey(log_origin(), NoteKeyKind.LOG, bytes(verify_key()))


def configured_witnesses() -> list[ConfiguredWitness]:
    """Those of the setting. By default none: then nobody else is ever asked."""
    return read_witnesses(settings.LOG_WITNESSES)


def read_witnesses(setting: str) -> list[ConfiguredWitness]:
    """Each an address and a key, with commas between them. Raises ValueError."""
    found = []
    for each in filter(None, map(str.strip, setting.split(","))):
        url, _, written = each.partition(" ")
        key = NoteKey.read(written.strip())
        if key.kind is not NoteKeyKind.COSIGNER:
            raise ValueError("no key of a witness")
        found.append(ConfiguredWitness(url.rstrip("/"), key))
    return found
