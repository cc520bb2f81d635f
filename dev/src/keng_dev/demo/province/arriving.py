"""The tips come in by the product's own door, in batches, and the machine looks at them."""

import datetime as dt
import itertools
import json
import uuid
from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery

from keng.delivery.models import ChannelAccount
from keng.intake.examination.examine import examine_tips
from keng.intake.receive import IncomingChat, IncomingTip, SealedPart, receive_tips
from keng.kit.ids import new_id
from keng.kit.secrets import keyed_hash
from keng.language.taxonomy import topic_of_category
from keng.tips import receipt_codes
from keng.tips.models import Sighting, Tip
from keng_dev.demo.province.fate import Fate
from keng_dev.demo.province.progress import Report
from keng_dev.demo.vault import Vault

_BATCH, _PORTION = 400, 200


def receive(fates: list[Fate], account: ChannelAccount, vault: Vault, report: Report) -> None:
    """Write every tip by receive_many: cut, sealed, clocked and on record like any other."""
    for number, batch in enumerate(_batches(fates)):
        receive_tips([_new(fate, account, vault) for fate in batch])
        report("tips come in", number * _BATCH / len(fates))


def examine(total: int, report: Report) -> None:
    """What the worker would do after commit: numbers, links, suggestions, references, search."""
    done = 0
    while portion := examine_tips(_PORTION):
        done += portion
        report("the machine reads them", done / total)
    # It would have been seconds after each came in.
    seconds_later = F("received_at") + dt.timedelta(seconds=3)
    Tip.objects.update(examined_at=seconds_later)
    Sighting.objects.update(
        at=Subquery(Tip.objects.filter(pk=OuterRef("tip")).values("received_at"))
    )


def _batches(fates: list[Fate]) -> Iterator[list[Fate]]:
    rest = iter(fates)
    while batch := list(itertools.islice(rest, _BATCH)):
        yield batch


def _new(fate: Fate, account: ChannelAccount, vault: Vault) -> IncomingTip:
    story = fate.story
    # What was out of scope left nothing behind, so nothing is sealed in the first place.
    is_chat = story.channel == account.channel and not fate.is_emptied
    inbound = new_id()
    return IncomingTip(
        unit_id=story.desk.unit.pk,
        text=story.text,
        id=fate.tip_id,
        channel=story.channel,
        dedupe_key=keyed_hash("demo tip", fate.tip_id.bytes),
        province_code=story.desk.unit.province_code,
        place_id=story.desk.place.pk,
        language=story.language,
        topic=topic_of_category(story.category),
        money_moved=story.money_moved,
        do_not_contact=story.do_not_contact,
        contact={} if fate.is_emptied else story.contact,
        received_at=story.at,
        receipt_hash=receipt_codes.code_hash(
            receipt_codes.code_from_token(receipt_codes.new_token())
        ),
        sealed=(SealedPart("raw", ("chat",)),) if is_chat else (),
        chat=_chat(fate, account, vault, inbound) if is_chat else None,
        inbound_id=inbound,
    )


def _chat(fate: Fate, account: ChannelAccount, vault: Vault, inbound: uuid.UUID) -> IncomingChat:
    """Who wrote is a number that the provider has given nobody."""
    person = f"demo-{fate.tip_id.int % 10**12:012d}"
    raw = json.dumps({"sender": person, "text": fate.story.text}, ensure_ascii=False)
    seals = vault.new_seals()
    return IncomingChat(
        account_id=account.pk,
        sent_at=fate.story.at,
        raw_sealed=seals.for_unit(fate.story.desk.unit.pk, raw, kind="raw", ref=inbound),
        conversation_hash=keyed_hash("demo conversation", person),
        address_sealed=seals.for_sender(person, kind="address"),
    )
