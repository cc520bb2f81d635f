"""Doing again, in a restored database, what took power away after the backup was made.

Nobody is asked whether somebody is left who administers: a thief with an old password is worse, and
the operator at the machine can open a set-up (`keng officer`).
"""

import datetime
import uuid

from keng.accounts.closing import end_account
from keng.accounts.models import (
    MemberPasskey,
    NamedOfficer,
    Officer,
    OfficerPasskey,
    PartnerMember,
    Post,
)
from keng.accounts.partner_signing import partner_chain
from keng.accounts.passkey_answers import Holder
from keng.accounts.passkeys import passkeys_of
from keng.accounts.sessions import end_sessions
from keng.accounts.signing_in import chain_of_officer
from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times

# The operator, at the machine: nobody at a desk.
_BY = "operator"


@work()
def close_account_again(officer_id: uuid.UUID) -> None:
    officer = lock(Officer.objects.filter(pk=officer_id)).get()
    chain = chain_of_officer(officer)
    lapsed = end_account(officer)
    detail = {"requests": lapsed}
    record("officer.account_closed", by=_BY, on=officer, chain=chain, detail=detail)


@work()
def end_post_again(post_id: uuid.UUID) -> None:
    post = lock(Post.objects.filter(pk=post_id)).get()
    post.valid_to = times.local_date(times.now()) - datetime.timedelta(days=1)
    post.save(update_fields=["valid_to"])
    record(
        "officer.post_ended",
        by=_BY,
        on=post.officer,
        chain=unit_chain(post.unit_id),
        detail={
            "role": post.role,
            "valid_from": post.valid_from.isoformat(),
            "valid_to": post.valid_to.isoformat(),
        },
    )


@work()
def void_replaced_sign_in(officer_id: uuid.UUID) -> None:
    """What was replaced signs nobody in, and no passkey of then, which may be what was lost; the
    new one is lost with the restore.
    """
    officer = lock(Officer.objects.filter(pk=officer_id)).get()
    officer.set_unusable_password()
    officer.totp_box, officer.pin = b"", ""
    officer.save(update_fields=["password", "totp_box", "pin"])
    OfficerPasskey.objects.filter(holder=officer).delete()
    end_sessions(officer)
    record("officer.sign_in_voided", by=_BY, on=officer, chain=chain_of_officer(officer))


@work()
def remove_passkeys_again(officer_id: uuid.UUID) -> None:
    """All of the officer's: which one was removed or stopped nobody knows any more."""
    officer = lock(Officer.objects.filter(pk=officer_id)).get()
    _remove_passkeys(officer, "officer.passkey_removed", chain_of_officer(officer))


@work()
def remove_member_passkeys_again(member_id: uuid.UUID) -> None:
    """The same of whoever signs in for a partner."""
    member = lock(PartnerMember.objects.filter(pk=member_id)).get()
    _remove_passkeys(member, "partner.passkey_removed", partner_chain(member.partner_id))


@work()
def stop_passkey_again(passkey_id: uuid.UUID) -> None:
    """Its counter went back: a copy of it may be in other hands."""
    OfficerPasskey.objects.filter(pk=passkey_id).update(stopped_at=times.now())


@work()
def stop_member_passkey_again(passkey_id: uuid.UUID) -> None:
    """The same of whoever signs in for a partner."""
    MemberPasskey.objects.filter(pk=passkey_id).update(stopped_at=times.now())


@work()
def end_naming_again(named_id: uuid.UUID) -> None:
    """The officer reads no matters for named officers any more."""
    named = lock(NamedOfficer.objects.filter(pk=named_id)).select_related("officer").get()
    named.ended_at = times.now()
    named.save(update_fields=["ended_at"])
    record("named.ended", by=_BY, on=named.officer, chain=unit_chain(named.unit_id))


@work()
def close_member_again(member_id: uuid.UUID) -> None:
    member = lock(PartnerMember.objects.filter(pk=member_id)).select_related("partner").get()
    member.is_active = False
    member.save(update_fields=["is_active"])
    record(
        "partner.member_closed",
        by=_BY,
        on=member.partner,
        chain=unit_chain(member.partner.invited_by_unit_id),
        detail={"member": str(member_id)},
    )


def _remove_passkeys(holder: Holder, action: str, chain: str) -> None:
    for passkey in passkeys_of(holder):
        detail = {"passkey": str(passkey.pk)}
        passkey.delete()
        record(action, by=_BY, on=holder, chain=chain, detail=detail)
