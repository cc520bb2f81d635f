"""A month of which all is destroyed but what is on legal hold, and the people with its shares."""

import datetime
import json
from types import SimpleNamespace

from django.db import connection

from keng.delivery.models import Inbound
from keng.kit import times
from keng.kit.database import data_folder
from keng.openings import resealing, resharing
from keng.tips.models import LegalHold
from keng.vault import keys, seal
from keng.vault.models import ResharingRequest, SealedIdentity, UnitKey
from keng.vault.opener.one_time_keys import OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener.resharing_acts import Resharer
from keng.vault.tests.key_holders import Holder, begin_all, current
from keng.vault.tests.test_resharing import browser_gives
from tests import make

PASSPHRASE = "words-for-a-test"
WORDS = json.dumps({"name": "Trịnh Thị Giữ"})
RAW = b'{"text": "raw of a held tip"}'


def held_world(*, expired=3):
    """Two tips on hold with a contact each, one with its raw message; the others are purged."""
    commune = make.unit(parent=make.province_unit())
    keys.make_unit_keys(PASSPHRASE)
    people = [Holder(commune), Holder(commune, role="commander"), Holder(commune)]
    begin_all()
    world = SimpleNamespace(unit=commune, people=people, key=current(commune))
    world.gone = [sealed_contact(commune, make.tip(unit=commune)) for _ in range(expired)]
    world.held = [sealed_contact(commune, make.tip(unit=commune)) for _ in range(2)]
    world.raw = sealed_raw(commune, world.held[0].tip_ref)
    for row in world.held:
        hold_tip(world, row.tip_ref)
    world.copies = [bytes(row.ciphertext) for row in world.gone]
    SealedIdentity.objects.filter(pk__in=[row.pk for row in world.gone]).delete()
    retire(world.key, days=130)
    return world


def sealed_contact(unit, tip):
    sealed = seal.seal_for_unit(unit.pk, WORDS, kind="contact", ref=tip.pk)
    return SealedIdentity.objects.create(
        tip_ref=tip.pk, unit=unit, kind="contact", holds=["name"], ciphertext=sealed
    )


def sealed_raw(unit, tip_id):
    row = Inbound.objects.create(channel="zalo_oa", kind="text", tip_ref=tip_id)
    row.raw_sealed = seal.seal_for_unit(unit.pk, RAW, kind="raw", ref=row.pk)
    row.save()
    return row


def hold_tip(world, tip_id, *, is_agreed=True):
    first, chief, _ = world.people
    return LegalHold.objects.create(
        tip_id=tip_id,
        unit=world.unit,
        ground="court",
        words="Tòa án hỏi",
        asked_by=first.officer,
        agreed_by=chief.officer if is_agreed else None,
        agreed_at=times.now() if is_agreed else None,
    )


def end_hold(world, tip_id):
    first, chief, _ = world.people
    LegalHold.objects.filter(tip=tip_id).update(
        end_asked_by=first.officer,
        end_asked_at=times.now(),
        ended_by=chief.officer,
        ended_at=times.now(),
    )


def retire(key, *, days):
    """A new month begins, and so many days go by."""
    UnitKey.objects.filter(pk=key.pk).update(epoch=datetime.date(2026, 1, 1))
    begin_all()
    UnitKey.objects.filter(pk=key.pk).update(retired_at=times.now() - datetime.timedelta(days=days))


def due():
    """What the worker asks for."""
    resealing.note_due_resealings()
    return ResharingRequest.objects.get(hold_key__isnull=False, done_at=None, dropped_at=None)


def new_opener():
    """As after a start: nothing is given yet."""
    connection.ensure_connection()
    return Resharer(OpenerRows(connection.connection, data_folder()), OneTimeKeys())


def come_and_give(opener, asked, *people):
    """As the desk has it: on record, and then the shares."""
    for person in people:
        resharing.join_resharing(asked.pk, by=person.officer)
    for person in people:
        browser_gives(opener, asked, person)


def keys_of(world):
    """To which keys the held records are sealed now."""
    found = [bytes(SealedIdentity.objects.get(pk=row.pk).ciphertext) for row in world.held]
    found.append(bytes(Inbound.objects.get(pk=world.raw.pk).raw_sealed))
    return [sealed[1:17] for sealed in found]
