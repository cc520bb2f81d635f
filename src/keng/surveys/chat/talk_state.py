"""Where somebody stands in a survey, between two messages: boxed, two hours long, then gone."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from nacl.exceptions import CryptoError

from keng.acts.locks import lock
from keng.kit import times
from keng.kit.secrets import keyed_hash, site_box
from keng.surveys.chat.commands import ChatCommand
from keng.surveys.models import ChatAnswered, ChatTalk, ChatTurn, Survey

TALK_LIFE = dt.timedelta(hours=2)
TURN_BOX = "message to a survey"
_TALK_BOX = "answers in a chat"
# What is older was left by a worker that stood still: nobody waits for its answer any more.
_TURN_LIFE = dt.timedelta(minutes=30)


@dataclass
class UnfinishedTalk:
    """An unfinished answer in the clear, for the length of one step."""

    survey: Survey
    language: str
    said: dict[str, Any] = field(default_factory=dict, repr=False)
    seen: list[str] = field(default_factory=list)
    """Keys of the questions that were answered or left out."""
    slip: str = field(default="", repr=False)
    is_over: bool = False


def command_of_turn(turn: ChatTurn) -> ChatCommand | None:
    """What a message says; None when it was boxed under another secret of the site."""
    try:
        kept = json.loads(site_box(TURN_BOX).decrypt(bytes(turn.box)))
    except CryptoError:
        return None
    return ChatCommand(**kept | {"numbers": tuple(kept["numbers"])})


def load_talk(turn: ChatTurn) -> UnfinishedTalk | None:
    """The talk this message belongs to; None when there is none any more."""
    row = (
        lock(ChatTalk.objects.select_related("survey__unit"))
        .filter(pk=turn.conversation_hash, asked_at__gt=times.now() - TALK_LIFE)
        .first()
    )
    if row is None or turn.received_at < row.asked_at:
        # Sent before the question was there: meant for the one before, which has its answer.
        return None
    return unbox_talk(row)


def talk_of_survey(turn: ChatTurn, survey: Survey) -> tuple[UnfinishedTalk, dt.datetime] | None:
    """The unfinished talk about this survey, and when it asked last; None when there is none."""
    row = (
        lock(ChatTalk.objects.select_related("survey__unit"))
        .filter(pk=turn.conversation_hash, survey=survey, is_over=False)
        .filter(asked_at__gt=times.now() - TALK_LIFE)
        .first()
    )
    talk = unbox_talk(row) if row else None
    return (talk, row.asked_at) if row and talk else None


def unbox_talk(row: ChatTalk) -> UnfinishedTalk | None:
    """What is in the box; None when it was closed under another secret of the site."""
    try:
        kept = json.loads(site_box(_TALK_BOX).decrypt(bytes(row.box)))
    except CryptoError:
        return None
    return UnfinishedTalk(row.survey, is_over=row.is_over, **kept)


def save_talk(turn: ChatTurn, talk: UnfinishedTalk) -> None:
    """Keep it until the next message."""
    kept = {"language": talk.language, "said": talk.said, "seen": talk.seen, "slip": talk.slip}
    ChatTalk.objects.update_or_create(
        conversation_hash=bytes(turn.conversation_hash),
        defaults={
            "survey": talk.survey,
            "account_id": turn.account_id,
            # Nobody is written to once it is over: what comes then brings its own address.
            "address_sealed": b"" if talk.is_over else bytes(turn.address_sealed),
            "box": bytes(site_box(_TALK_BOX).encrypt(json.dumps(kept).encode())),
            "is_over": talk.is_over,
            "asked_at": times.now(),
        },
    )


def end_talk(turn: ChatTurn, talk: UnfinishedTalk) -> None:
    """Keep that it is over: nothing of what was said, and not where it was answered."""
    save_talk(turn, UnfinishedTalk(talk.survey, talk.language, is_over=True))


def chat_has_answered(turn: ChatTurn, survey: Survey) -> bool:
    """Whether this chat has answered an open survey already."""
    return ChatAnswered.objects.filter(hash=_answered_hash(turn, survey)).exists()


def note_chat_answered(turn: ChatTurn, survey: Survey) -> None:
    """Keep that it has, until the survey is counted."""
    ChatAnswered.objects.create(hash=_answered_hash(turn, survey), survey=survey)


def sweep_talks() -> int:
    """Remove what is over its time. A job of the worker."""
    now = times.now()
    done = ChatTalk.objects.filter(asked_at__lte=now - TALK_LIFE).delete()[0]
    return done + ChatTurn.objects.filter(received_at__lte=now - _TURN_LIFE).delete()[0]


def _answered_hash(turn: ChatTurn, survey: Survey) -> bytes:
    return keyed_hash("survey answered in a chat", survey.code, bytes(turn.conversation_hash))
