"""Asking the configured witnesses for their cosignatures (C2SP tlog-witness), and keeping them."""

import asyncio
import datetime as dt
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

import aiohttp

from keng.acts.work import work
from keng.kit import times
from keng.kit.noted_certificates import checked_context
from keng.kit.outgoing_proxy import proxy_for
from keng.merkle.notes import (
    LONGEST_NOTE,
    NoteSignature,
    SignedNote,
    cosigned_at,
    genuine_lines,
)
from keng.merkle.witness_requests import ADD_CHECKPOINT, TYPE_OF_SIZE, add_checkpoint_body
from keng.public_log.growing import log_tree, newest_checkpoint
from keng.public_log.log_key import ConfiguredWitness, configured_witnesses
from keng.public_log.models import Cosignature, LogCheckpoint, WitnessStanding

_ANSWERS_WITHIN = 15.0
# A witness may sign any number as a moment; there are none behind this one.
_LATEST_MOMENT = int(dt.datetime.max.replace(tzinfo=dt.UTC).timestamp())
# One that gave no cosignature is asked again after so long.
_PAUSE = dt.timedelta(minutes=1)
_TROUBLE_OF_STATUS = {403: "unknown_key", 404: "unknown_log", 409: "other_log", 422: "other_log"}


class WitnessAnswer(NamedTuple):
    """What came back: status, type, and the beginning of its words."""

    status: int
    kind: str
    body: bytes


class WitnessTrouble(Exception):
    """Why a witness gave no cosignature: one short word for doctor and auditor."""

    def __init__(self, trouble: "str | WitnessStanding.Trouble") -> None:
        super().__init__(trouble)
        self.trouble = WitnessStanding.Trouble(trouble)


def ask_witnesses() -> int:
    """Have the newest checkpoint cosigned by each witness that has not done so; 0 when all have."""
    newest = newest_checkpoint()
    if newest is None:
        return 0
    for witness in configured_witnesses():
        standing, _made = WitnessStanding.objects.get_or_create(witness=witness.key.name)
        if _is_due(standing, newest):
            _ask(witness, standing, newest)
    return 0


def signed_checkpoint(checkpoint: LogCheckpoint) -> SignedNote:
    """The checkpoint with our own signature alone."""
    signature = NoteSignature.read(checkpoint.signature.removesuffix("\n"))
    return SignedNote(checkpoint.text, (signature,))


def _is_due(standing: WitnessStanding, newest: LogCheckpoint) -> bool:
    if standing.asked_at is None or not standing.trouble:
        return standing.size != newest.size
    return times.now() - standing.asked_at >= _PAUSE


def _ask(witness: ConfiguredWitness, standing: WitnessStanding, newest: LogCheckpoint) -> None:
    standing.asked_at = times.now()
    try:
        found = _cosignature(witness, standing.size, newest)
    except WitnessTrouble as error:
        standing.trouble = error.trouble
        standing.save(update_fields=["trouble", "asked_at"])
        return
    _keep_cosignature(standing, newest, found)


@work()
def _keep_cosignature(
    standing: WitnessStanding, newest: LogCheckpoint, found: NoteSignature
) -> None:
    standing.size, standing.trouble = newest.size, ""
    standing.cosigned_at = dt.datetime.fromtimestamp(cosigned_at(found), dt.UTC)
    kept = Cosignature(size=newest.size, witness=standing.witness, line=found.line, at=times.now())
    Cosignature.objects.bulk_create([kept], ignore_conflicts=True)
    standing.save()
    LogCheckpoint.objects.filter(pk=newest.pk).update(is_served=True)


def _cosignature(witness: ConfiguredWitness, old_size: int, newest: LogCheckpoint) -> NoteSignature:
    """Its line below the checkpoint. Raises WitnessTrouble."""
    answer = _asked(witness, old_size, newest)
    if answer.status == HTTPStatus.CONFLICT and answer.kind == TYPE_OF_SIZE:
        # It knows better how far it is: so after a new witness, a new origin, a lost answer.
        answer = _asked(witness, _size_it_knows(answer.body, newest.size), newest)
    if answer.status != HTTPStatus.OK:
        raise WitnessTrouble(_TROUBLE_OF_STATUS.get(answer.status, "no_answer"))
    found = genuine_lines(
        newest.text, answer.body.decode(errors="replace").splitlines(), witness.key
    )
    if not found or cosigned_at(found[0]) > _LATEST_MOMENT:
        raise WitnessTrouble("no_signature")
    return found[0]


def _size_it_knows(answer: bytes, newest: int) -> int:
    try:
        known = int(answer[:20])
    except ValueError:
        raise WitnessTrouble("no_answer") from None
    if known < 0:
        raise WitnessTrouble("no_answer")
    if known > newest:
        # It has seen more than is here: this database is older than what was signed.
        raise WitnessTrouble("ahead")
    return known


def _asked(witness: ConfiguredWitness, old_size: int, newest: LogCheckpoint) -> WitnessAnswer:
    proof = log_tree(newest.size).consistency_proof(old_size)
    body = add_checkpoint_body(old_size, proof, signed_checkpoint(newest).written)
    try:
        return asyncio.run(_post(f"{witness.url}{ADD_CHECKPOINT}", body))
    except (TimeoutError, aiohttp.ClientError, OSError):
        raise WitnessTrouble("unreachable") from None


async def _post(url: str, body: bytes) -> WitnessAnswer:
    found = proxy_for(urlsplit(url).hostname or "")
    timeout = aiohttp.ClientTimeout(total=_ANSWERS_WITHIN)
    async with (
        aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.post(
            url,
            data=body,
            ssl=checked_context("witness"),
            allow_redirects=False,
            proxy=found.url if found is not None else None,
        ) as answer,
    ):
        content = await answer.content.read(LONGEST_NOTE)
        return WitnessAnswer(answer.status, answer.content_type, content)
