"""Who reported, on its way to the desk that took a tip over: sealed anew, and read by nobody.

The receiver tells a key of its desk; two officers of the old desk have the opener seal a record to
it (keng.openings); the next file carries that; the receiver keeps it beside its own tip, where two
officers open it as any other, and answers what became of it.
"""

import datetime
import uuid

from django.db import IntegrityError

from keng.acts.work import savepoint
from keng.audit.heads import sign_bytes
from keng.kit import times
from keng.tips.models import Tip, Transfer, TransferIdentity, TransferKey
from keng.transfers.content import (
    MOST_IDENTITIES,
    MOST_PARTS,
    CarriedIdentity,
    IdentityAnswer,
    ToldDeskKey,
    TransferContent,
)
from keng.transfers.errors import UnreadableContent
from keng.vault.desk_key_statement import desk_key_to_sign, is_signed_desk_key
from keng.vault.hybrid import key_id_of
from keng.vault.models import SealedIdentity, UnitKey, class_of_tip
from keng.vault.seal import current_unit_key
from keng.vault.transfer_seals import is_transfer_public_key

# As long as a key lives that was told, whatever else is sealed to it: a file is carried for days,
# and two officers have to come together.
KEY_TOLD_FOR = datetime.timedelta(days=60)
# A key is looked at and destroyed at two moments (vault.epoch_ends).
_MARGIN = datetime.timedelta(days=1)
# Of base64, in one file beside what is said; the largest record fits (content.py).
_MOST_BYTES = 1024 * 1024
_Answer = TransferIdentity.Answer


def keys_of_transfers() -> set[uuid.UUID]:
    """Keys of desks here that were told to other installations, for a `vault.KeyUse`."""
    told = TransferKey.objects.filter(transfer__is_incoming=True, at__gt=times.now() - KEY_TOLD_FOR)
    return set(told.values_list("key_ref", flat=True))


def key_to_tell(transfer: Transfer) -> ToldDeskKey | None:
    """For the next file of a tip that came from there: a key to which who reported can be sealed.

    Once, and another one where what came was sealed to one that is gone. None where no two officers
    of the desk hold a key.
    """
    if not transfer.is_incoming or transfer.state != Transfer.State.WITH_US:
        return None
    tip = transfer.tip
    key_class = class_of_tip(concerns=tip.concerns.exists(), is_for_named=tip.is_for_named)
    key = current_unit_key(tip.responsible_unit_id, key_class)
    if key is None or key.epoch is None:
        return None
    told = transfer.keys.order_by("id").last()
    if told is not None and (told.key_ref == key.pk or not transfer.has_key_ended(told.key_ref)):
        return None
    public = bytes(key.public_key)
    said = desk_key_to_sign(transfer.number_of_both, key.pk, public)
    return ToldDeskKey(key.pk, public, sign_bytes(said))


def keep_told_key(transfer: Transfer, key: ToldDeskKey | None) -> None:
    """On the side that tells it, and on the one that is told. Raises UnreadableContent."""
    if key is None:
        return
    if not transfer.is_incoming:
        said = desk_key_to_sign(transfer.number_of_both, key.id, key.public)
        is_theirs = is_signed_desk_key(bytes(transfer.other.signing_key), said, key.signature)
        if not is_theirs or not is_transfer_public_key(key.public):
            raise UnreadableContent
    TransferKey.objects.get_or_create(
        transfer=transfer,
        key_ref=key.id,
        defaults={"public_key": key.public, "signature": key.signature},
    )


def new_identities(transfer: Transfer) -> list[TransferIdentity]:
    """What goes with the next file: records from the old desk, or what became of them here.

    Nothing of a report that its reporter took back.
    """
    if not transfer.is_incoming and transfer.tip.withdrawn_at is not None:
        return []
    carried = {
        ref
        for refs in transfer.files.filter(is_incoming=False).values_list("identities", flat=True)
        for ref in refs
    }
    found: list[TransferIdentity] = []
    size = 0
    for each in transfer.identities.order_by("id"):
        if str(each.ref) in carried:
            continue
        size += len(each.sealed) * 4 // 3 + 4
        if len(found) == MOST_IDENTITIES or size > _MOST_BYTES:
            break
        found.append(each)
    return found


def as_carried(identity: TransferIdentity) -> CarriedIdentity:
    """As a file to the new desk has it."""
    return CarriedIdentity(
        identity.ref, identity.kind, tuple(identity.holds), bytes(identity.sealed)
    )


def as_answer(identity: TransferIdentity) -> IdentityAnswer:
    """As a file to the old desk has it."""
    return IdentityAnswer(identity.ref, identity.answer)


def keep_identities(tip: Tip, transfer: Transfer, content: TransferContent) -> dict[str, int]:
    """What a file brings of who reported, or says of it; how many of each, for the record.

    Raises UnreadableContent.
    """
    if not transfer.is_incoming:
        if content.identities:
            raise UnreadableContent
        keep_told_key(transfer, content.desk_key)
        for each in content.answers:
            # Once: what is kept there is not said to have come too late afterwards.
            transfer.identities.filter(ref=each.ref, answer="").update(answer=each.answer)
        return {}
    if content.desk_key is not None or content.answers:
        raise UnreadableContent
    kept = [_keep_identity(tip, transfer, each) for each in content.identities]
    counted = {"identities": kept.count(_Answer.TAKEN), "too_late": kept.count(_Answer.KEY_ENDED)}
    return {name: number for name, number in counted.items() if number}


def _keep_identity(tip: Tip, transfer: Transfer, carried: CarriedIdentity) -> str:
    key_ref = key_id_of(carried.sealed)
    told = None if key_ref is None else transfer.keys.filter(key_ref=key_ref).first()
    if key_ref is None or told is None:
        # To a key that nobody told them.
        raise UnreadableContent
    # Nor where the tip was given back or ended here, while this was on its way.
    is_worked_on = transfer.state == Transfer.State.WITH_US and tip.closed_at is None
    key = _living_key(told) if is_worked_on else None
    answer = _Answer.KEY_ENDED if key is None else _Answer.TAKEN
    try:
        with savepoint():
            TransferIdentity.objects.create(
                transfer=transfer,
                ref=carried.ref,
                key_ref=key_ref,
                kind=carried.kind,
                holds=list(carried.holds),
                answer=answer,
            )
            if key is not None:
                # Sealed for this id: the opener finds it as that of any record.
                SealedIdentity.objects.create(
                    pk=carried.ref,
                    tip_ref=tip.pk,
                    unit_id=key.unit_id,
                    kind=carried.kind,
                    holds=list(carried.holds),
                    ciphertext=carried.sealed,
                )
    except IntegrityError as error:
        raise UnreadableContent from error
    if key is not None and (new := [each for each in carried.holds if each]):
        tip.identity_holds = list(dict.fromkeys([*tip.identity_holds, *new]))[:MOST_PARTS]
        tip.save(update_fields=["identity_holds"])
    return answer


def _living_key(told: TransferKey) -> UnitKey | None:
    """None once it may be destroyed, or was: what came opens no more."""
    key = UnitKey.objects.filter(pk=told.key_ref, destroyed_at=None).first()
    if key is None:
        return None
    is_kept = told.at > times.now() - KEY_TOLD_FOR + _MARGIN
    return key if is_kept or key.retired_at is None else None
