"""Turning the draft into a tip: once, however often the button is pressed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.act import act
from keng.acts.errors import Refused, TooLate
from keng.community import acts, drafts
from keng.community.report.recipient import ABROAD, place_of, recipient_of
from keng.dialogue import shown_codes
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit.secrets import keyed_hash
from keng.kit.standby_confirmation import confirm_earlier_commits
from keng.kit.uploads import DamagedUpload, SealedUpload
from keng.tips import receipt_codes
from keng.tips.attachments import store_attachment
from keng.tips.origins import FROM_TEAM
from keng.tips.safe_hours import read_hour
from keng.tips.wordless import words_for_files


class NoSuchDraft(TooLate):
    """There is no such draft, and nothing was sent under this token either."""


class FileLost(Refused):
    """A file of the draft cannot be read any more; its sentence says what it was called."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        words = _("%(name)s cannot be read any more. Take it out, or add it again.")
        self.sentence = words % {"name": name}


@act(acts.SEND_REPORT)
def send_report(secret: str, token: str, *, language: str, sender_mark: bytes = b"") -> None:
    """Send the draft and forget it; its code is then shown for a while, the same for this token.

    `sender_mark` is by what this process knows the sender, for the calls alone.
    Raises NoSuchDraft, FileLost, tips.errors.CannotSeal.
    """
    code = receipt_codes.code_from_token(token)
    # A second press waits here until the first is done, and then finds the draft gone.
    draft = drafts.load_draft(secret, lock=True)
    if receipt_codes.tip_id_of_code(code) is not None:
        confirm_earlier_commits()
        return
    if draft is None:
        raise NoSuchDraft
    new = _new_tip(draft.answers, code, token, language, sender_mark, files=draft.files)
    _keep_files(draft, new)
    shown_codes.show_code_for_a_while(token)
    receive_tip(new)
    drafts.drop_draft(secret)


@act(acts.SEND_REPORT_AT_ONCE)
def send_report_at_once(
    answers: Mapping[str, Any], token: str, *, language: str, sender_mark: bytes = b""
) -> None:
    """Send a report of which no draft was kept; the rest as for `send_report`.

    The same token again sends nothing. Raises tips.errors.CannotSeal.
    """
    code = receipt_codes.code_from_token(token)
    if receipt_codes.tip_id_of_code(code) is not None:
        confirm_earlier_commits()
        return
    new = _new_tip(answers, code, token, language, sender_mark)
    # Of two at once the key of the second is known, and it writes nothing.
    receive_tip(new)
    shown_codes.show_code_for_a_while(token)


def _new_tip(
    said: Mapping[str, Any],
    code: str,
    token: str,
    language: str,
    sender_mark: bytes,
    *,
    files: Sequence[SealedUpload] = (),
) -> IncomingTip:
    recipient, place = recipient_of(said), place_of(said)
    if recipient is None:
        raise NoSuchDraft
    return IncomingTip(
        unit_id=recipient.unit.pk,
        concerns=tuple(unit.pk for unit in recipient.concerns),
        concerns_by_words=recipient.is_guess,
        channel=FROM_TEAM if said.get("team") and said.get("as_team") else "web",
        text=said["text"] or words_for_files(file.content_type or "" for file in files),
        topic=said["topic"],
        happening=said["happening"],
        money_moved=bool(said.get("money_moved")),
        place_id=place.pk if place else None,
        place_detail=_spot_words(said),
        language=language,
        province_code=recipient.unit.province_code,
        receipt_hash=receipt_codes.code_hash(code),
        dedupe_key=keyed_hash("web form", token),
        contact={"name": said.get("name", ""), "phone": said.get("phone", "")},
        do_not_call=bool(said.get("do_not_call")),
        safe_from=read_hour(said.get("safe_from", "")),
        safe_until=read_hour(said.get("safe_until", "")),
        sender_mark=sender_mark,
    )


def _spot_words(answers: Mapping[str, Any]) -> str:
    """As it was written; abroad with that before it for the desk: no place of ours says it."""
    spot = str(answers.get("spot", ""))
    if answers.get("place") != ABROAD:
        return spot
    with translation.override("vi"):
        abroad = _("Outside Vietnam")
    return f"{abroad}. {spot}"[:200] if spot else abroad


def _keep_files(draft: drafts.ReportDraft, new: IncomingTip) -> None:
    """Before the tip itself: a file may be lost, and then there is no tip."""
    for upload in draft.files:
        try:
            content = upload.read()
        except (DamagedUpload, FileNotFoundError) as error:
            raise FileLost(upload.name or "") from error
        store_attachment(new.id, new.unit_id, content, upload.content_type or "")
