"""What a database belongs to: its keys, and whether the people in it are invented."""

from collections.abc import Sequence

from keng.acts.work import work
from keng.audit import heads
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.places.models import Unit
from keng.vault import keys, seal
from keng.vault.fingerprints import KEY_KINDS, KeyKind, key_fingerprint
from keng.vault.models import Installation, SenderKey
from keng.vault.transfer_seals import make_transfer_key


@work()
def begin_installation(*, is_demo: bool) -> None:
    """At the first start: make the keys that are missing, and keep what they are known by."""
    keys.make_sender_key()
    heads.make_signing_key()
    make_transfer_key()
    Installation.objects.get_or_create(pk=1, defaults={"is_demo": is_demo, **_fingerprints()})
    unknown = Installation.objects.filter(transfer_key=None)
    unknown.update(transfer_key=key_fingerprint("transfer"))


@work()
def accept_keys(kinds: Sequence[KeyKind], *, is_demo: bool, by: str) -> None:
    """From now on the keys of these kinds are those that lie here; what is missing is made.

    What only the old ones open is lost for good. Told to every province's auditor.
    """
    if "sender" in kinds:
        SenderKey.objects.filter(retired_at__isnull=True).update(retired_at=times.now())
    keys.make_sender_key()
    seal.forget_public_keys()
    heads.make_signing_key()
    make_transfer_key()
    Installation.objects.update_or_create(
        pk=1, defaults=_fingerprints(), create_defaults={"is_demo": is_demo, **_fingerprints()}
    )
    detail = {"keys": list(kinds)}
    provinces = Unit.objects.filter(kind=Unit.Kind.PROVINCE).order_by("id")
    for unit in provinces:
        record("keys.accepted", by=by, on=unit, chain=unit_chain(unit.pk), detail=detail)
    if not provinces:
        record("keys.accepted", by=by, on=None, chain="installation", detail=detail)


def _fingerprints() -> dict[str, bytes | None]:
    return {f"{kind}_key": key_fingerprint(kind) for kind in KEY_KINDS}
