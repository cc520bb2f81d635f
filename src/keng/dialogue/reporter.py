"""What a reporter does with the receipt: writes more, asks for care, opens a one-time link."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import work
from keng.alarms.line_bundles import bundles
from keng.audit.actions import record, unit_chain
from keng.channels.text import clean_text
from keng.dialogue import acts, shown_codes
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.language import reporters_own
from keng.language.danger import danger_in
from keng.places import serving
from keng.tips import receipt_codes
from keng.tips.attachments import attachment_hash, store_attachment
from keng.tips.concerns import unit_that_would_read
from keng.tips.errors import AlreadyClosed, ReceivedBefore
from keng.tips.gravity import calls_for_help
from keng.tips.models import BundledCall, DialogueMessage, OneTimeLink, Tip
from keng.tips.wordless import words_for_message
from keng.vault import seal
from keng.vault.hybrid import SealedKind
from keng.vault.keeping import keep_sealed
from keng.vault.models import SealedIdentity, class_of_tip

# The same words again within this time are a second press of the button.
_TWICE_SECONDS = 60
# The same cry for help later than this is a new one.
_ONE_CRY_SECONDS = 600


@act(acts.ADD_REPORTER_MESSAGE)
def add_reporter_message(
    tip_id: uuid.UUID,
    *,
    text: str,
    files: Sequence[tuple[bytes, str]] = (),
    sender_mark: bytes = b"",
) -> int:
    """Add words and files (content and type) of the reporter; the tip then waits for the desk.

    A file the tip has already is not kept again: whoever never got the reply sends all once more.
    A closed tip takes words of danger still, and calls people for them; whoever has told of danger
    often enough within the hour, known by `sender_mark`, has one call together for the rest.
    Returns how many those were.
    Raises AlreadyClosed, errors.CannotSeal.
    """
    is_cry = calls_for_help(text)
    tip = _lock_open_tip(tip_id, for_danger=is_cry)
    if is_cry and sender_mark:
        _bundle_calls(tip, text, sender_mark)
    new = _not_kept_yet(tip, files)
    had = len(files) - len(new)
    if not (text.strip() or new):
        return had
    message = _add_words(tip, text or words_for_message(files=len(new)))
    for data, mime in new:
        store_attachment(tip.pk, tip.responsible_unit_id, data, mime, message=message)
    record("tip.reporter_wrote", by="reporter", on=tip, chain=unit_chain(tip.responsible_unit_id))
    return had


@act(acts.NOTE_FEAR)
def note_fear(tip_id: uuid.UUID) -> None:
    """Tell the desk that the reporter fears for themselves. Raises AlreadyClosed.

    It marks the tip and raises no urgency: that is for a person to decide.
    """
    words = _(
        "I am worried that somebody will find out that I reported, or that I am being threatened."
    )
    tip = _lock_open_tip(tip_id)
    message = _add_words(tip, words)
    tip.feared_at = message.at if message else times.now()
    tip.save(update_fields=["feared_at"])
    record("tip.reporter_afraid", by="reporter", on=tip, chain=unit_chain(tip.responsible_unit_id))


@act(acts.CHOOSE_WHAT_CHAT_SHOWS)
def choose_what_chat_shows(tip_id: uuid.UUID, *, shows_words: bool) -> None:
    """Whether the chat shows the words of answers, or only that there is one."""
    tip = _lock_open_tip(tip_id)
    tip.chat_shows_answers = shows_words
    tip.save(update_fields=["chat_shows_answers"])


@act(acts.OPEN_ONE_TIME_LINK)
def open_one_time_link(token: str, *, secret: str) -> bool:
    """Open a one-time link; False when it is unknown or was opened before.

    Whoever opened it, known by `secret`, may do so again while the code is still shown to them.
    """
    unopened = OneTimeLink.objects.filter(
        token_hash=receipt_codes.token_hash(token), opened_at__isnull=True
    )
    link = lock(unopened.select_related("tip")).first()
    if link is None:
        return shown_codes.code_shown_until(secret) is not None
    shown_codes.show_code_for_a_while(secret)
    link.opened_at = times.now()
    link.save(update_fields=["opened_at"])
    record(
        "receipt.shown", by="reporter", on=link.tip, chain=unit_chain(link.tip.responsible_unit_id)
    )
    return True


@work()
def close_link_again(tip_id: uuid.UUID) -> None:
    """In a restored database: the link was opened after the backup was made, and shows nothing."""
    link = lock(OneTimeLink.objects.filter(tip=tip_id, opened_at=None).select_related("tip"))
    for each in link:
        each.opened_at = times.now()
        each.save(update_fields=["opened_at"])
        chain = unit_chain(each.tip.responsible_unit_id)
        record("receipt.shown", by="operator", on=each.tip, chain=chain)


@act(acts.OPEN_TIP_FOR_DANGER)
def open_tip_for_danger(
    tip_id: uuid.UUID,
    *,
    text: str,
    files: Sequence[tuple[bytes, str]] = (),
    is_meant_for_unit: bool = False,
    sender_mark: bytes = b"",
    sheet: str = "",
) -> str | None:
    """A report of its own for danger that this one cannot take, with its files (content and type).

    It cannot once its words are sealed or destroyed; then the new one goes where it lies, past the
    same units. Nor where those would read it whom it seems to be about, unless the reporter said
    that it is meant for them; then the new one goes to the desk above. Pressed twice it is one.
    Its code follows from `sheet`, which only that browser's page holds: all else lies here, and
    nobody is to compute it from that. Whoever says the same from another page is shown no code: it
    need not be the same person.
    Returns the token of its receipt code, which is shown for a while; None when these words need no
    report of their own. Raises errors.CannotSeal.
    """
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    about = None if is_meant_for_unit else unit_that_would_read(tip, text)
    if not (calls_for_help(text) and (about or _is_gone(tip))):
        return None
    which_cry = f"{tip_id} {int(times.now().timestamp()) // _ONE_CRY_SECONDS} {text}"
    only_there = sheet or receipt_codes.new_token()
    token = keyed_hash("token of danger after the end", which_cry, only_there).hex()
    code = receipt_codes.code_from_token(token)
    concerns = set(tip.concerns.values_list("unit", flat=True)) | ({about.pk} if about else set())
    new = IncomingTip(
        unit_id=serving.unit_above(about).pk if about else tip.responsible_unit_id,
        concerns=tuple(concerns),
        concerns_by_words=bool(about) or tip.concerns.filter(is_guess=True).exists(),
        text=text,
        place_id=tip.place_id,
        province_code=tip.province_code,
        language=tip.language,
        # Taking a report back silences that report, and no later cry for help.
        do_not_contact=tip.do_not_contact and not tip.withdrawn_at,
        receipt_hash=receipt_codes.code_hash(code),
        dedupe_key=keyed_hash("danger after the end", which_cry),
        sender_mark=sender_mark,
    )
    if receipt_codes.tip_id_of_code(code) is not None:
        # Pressed again, its code is not shown once more to whoever has closed it.
        return token
    try:
        begun_id = receive_tip(new)
    except ReceivedBefore:
        # The same cry, whose report has ended meanwhile: who still calls for help is heard.
        begun_id = receive_tip(
            replace(new, dedupe_key=keyed_hash("danger again", which_cry, only_there))
        )
    begun = Tip.objects.get(pk=begun_id)
    if begun.pk == new.id:
        shown_codes.show_code_for_a_while(token)
    for data, mime in _not_kept_yet(begun, files):
        store_attachment(begun.pk, begun.responsible_unit_id, data, mime)
    return token


def _bundle_calls(tip: Tip, text: str, sender_mark: bytes) -> None:
    """A tip that rings for these words rings with the others of its sender, if there are many."""
    danger = danger_in(text)
    bundle = bundles.bundle_of(
        sender_mark,
        unit_id=tip.responsible_unit_id,
        place_id=tip.place_id,
        kind=danger.kind if danger else "",
        text=text,
        tip_id=tip.pk,
    )
    if bundle:
        row = BundledCall(tip=tip, first_ref=bundle.first, is_joint=bundle.is_joint)
        BundledCall.objects.bulk_create([row], ignore_conflicts=True)


def _is_gone(tip: Tip) -> bool:
    """Whether nothing can be added: taken back, its time over, or its words are sealed."""
    is_emptied = tip.withdrawn_at is not None or tip.purged_at is not None
    return is_emptied or tip.kind == Tip.Kind.OUT_OF_SCOPE


def _lock_open_tip(tip_id: uuid.UUID, *, for_danger: bool = False) -> Tip:
    tip = lock(Tip.objects.filter(pk=tip_id)).get()
    if _is_gone(tip) or not (tip.is_open or for_danger):
        raise AlreadyClosed
    return tip


def _not_kept_yet(tip: Tip, files: Sequence[tuple[bytes, str]]) -> list[tuple[bytes, str]]:
    """Under the lock of the tip, so that the same files sent twice at once are kept once."""
    had = {bytes(digest) for digest in tip.attachments.values_list("keyed_hash", flat=True)}
    new = []
    for data, mime in files:
        digest = attachment_hash(tip.pk, data)
        if digest not in had:
            had.add(digest)
            new.append((data, mime))
    return new


def _add_words(tip: Tip, text: str) -> DialogueMessage | None:
    """Put the words into the dialogue, less what names the reporter, which is sealed.

    Returns what was said just now; none when nothing is left to show.
    """
    shown, pieces = reporters_own.cut_reporters_own(clean_text(text))
    if pieces:
        unit_id = tip.responsible_unit_id
        sealed = seal.seal_for_unit(
            unit_id,
            json.dumps(pieces, ensure_ascii=False),
            kind=SealedKind.IN_TEXT,
            ref=tip.pk,
            key_class=class_of_tip(concerns=tip.concerns.exists(), is_for_named=tip.is_for_named),
        )
        holds = reporters_own.kinds_of_pieces(pieces)
        keep_sealed(
            tip.pk,
            unit_id=unit_id,
            kind=SealedIdentity.Kind.IN_TEXT,
            holds=holds,
            ciphertext=sealed,
        )
        tip.identity_holds = sorted({*tip.identity_holds, *holds})
    now = times.now()
    message = _said_just_now(tip, shown)
    if shown and message is None:
        message = DialogueMessage.objects.create(
            tip=tip,
            author=DialogueMessage.Author.REPORTER,
            text=shown,
            channel="web",
            at=now,
            visible_at=now,
        )
    tip.waiting_since = tip.waiting_since or now
    tip.save(update_fields=["waiting_since", "identity_holds"])
    return message


def _said_just_now(tip: Tip, shown: str) -> DialogueMessage | None:
    last = tip.messages.order_by("-id").first()
    if (
        last is not None
        and last.author == DialogueMessage.Author.REPORTER
        and last.text == shown
        and (times.now() - last.at).total_seconds() < _TWICE_SECONDS
    ):
        return last
    return None
