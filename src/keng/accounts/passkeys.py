"""Passkeys of somebody who signs in: added with a fresh second factor, named, and removed.

Those of officers and those of partners' people lie in two tables, each of which only its own site
reads. Signing in with one is in `signing_in` and `partner_signing`.
"""

import uuid

from django.utils.translation import gettext_lazy as _

from keng.accounts import acts, notices
from keng.accounts.models import (
    MemberPasskey,
    Notice,
    Officer,
    OfficerPasskey,
    PartnerMember,
    Passkey,
)
from keng.accounts.partner_signing import partner_chain
from keng.accounts.passkey_answers import (
    Holder,
    NewPasskey,
    PasskeyRefused,
    check_new_passkey,
    passkey_table,
    spend_for_new,
)
from keng.accounts.passkey_challenges import ChallengePurpose, ChallengeUse
from keng.accounts.signing_in import chain_of_officer
from keng.acts.act import act
from keng.acts.errors import Incomplete, NotAllowed, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere
from keng.audit.actions import record

MOST_PASSKEYS = 10
NAME_LENGTH = 40


class TooManyPasskeys(Refused):
    """More than anybody carries: old ones are removed first."""

    sentence = _("You have 10 passkeys, which is the most. Remove one that you do not use.")


class PasskeyNotMade(Incomplete):
    """What the browser sent is not what was asked for, or came too late."""

    sentence = _(
        "No passkey was added: the answer of this browser did not fit, or came after 5 minutes. "
        "Begin again."
    )


class StaysOnSharedMachine(Incomplete):
    """On a machine of several people a passkey of the machine would be everybody's."""

    sentence = _(
        "No passkey was added: on a shared computer it must be on a key or a phone that you carry."
    )


class LastSecondFactor(Refused):
    """Nobody could sign in to the account any more."""

    sentence = _("This is the only second factor of your sign-in, so it stays.")


def passkeys_of(holder: Holder) -> list[Passkey]:
    """The holder's own, oldest first."""
    return list(passkey_table(holder).objects.filter(holder_id=holder.pk).order_by("id"))


def usable_passkeys_of(holder: Holder) -> list[Passkey]:
    """Those that were not stopped."""
    return [each for each in passkeys_of(holder) if each.stopped_at is None]


def use_for_new(holder: Holder, browser: str, *, name: str, is_shared: bool) -> ChallengeUse:
    """What the device says yes to: its name, and what kind of machine it is made on."""
    about = f"{'shared' if is_shared else 'own'} {name}"
    return ChallengeUse(ChallengePurpose.REGISTER, browser, str(holder.pk), about)


@act(acts.ADD_PASSKEY)
def add_passkey(
    answer: str, *, name: str, is_shared: bool, browser: str, by: Officer
) -> OfficerPasskey:
    """One more passkey for the desk. The page has asked for a fresh second factor before.

    The officer and whoever answers for their sign-in are told, as of a new second factor.
    Raises NotAllowed, PasskeyNotMade, StaysOnSharedMachine, TooManyPasskeys.
    """
    permit_anywhere()
    officer = lock(Officer.objects.all()).get(pk=by.pk)
    new = _checked(answer, officer, browser, name=name, is_shared=is_shared)
    passkey = OfficerPasskey.objects.create(holder=officer, **_columns(new, name))
    record(
        "officer.passkey_added",
        by=by,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"passkey": str(passkey.pk), "synced": new.is_synced, "shared": is_shared},
    )
    notices.tell_of_passkey(officer, Notice.Act.PASSKEY)
    return passkey


@act(acts.ADD_MEMBER_PASSKEY)
def add_member_passkey(
    answer: str, *, name: str, is_shared: bool, browser: str, by: PartnerMember
) -> MemberPasskey:
    """One more passkey for a partner's pages.

    Raises PasskeyNotMade, StaysOnSharedMachine, TooManyPasskeys.
    """
    member = lock(PartnerMember.objects.all()).get(pk=by.pk)
    new = _checked(answer, member, browser, name=name, is_shared=is_shared)
    passkey = MemberPasskey.objects.create(holder=member, **_columns(new, name))
    record(
        "partner.passkey_added",
        by=by,
        on=member,
        chain=partner_chain(member.partner_id),
        detail={"passkey": str(passkey.pk), "synced": new.is_synced, "shared": is_shared},
    )
    return passkey


@act(acts.RENAME_PASSKEY)
def rename_passkey(passkey_id: uuid.UUID, *, name: str, by: Officer) -> None:
    """Another name for one's own; nobody else reads it, so no audit entry. Raises NotAllowed."""
    permit_anywhere()
    _rename(passkey_id, name, by)


@act(acts.RENAME_MEMBER_PASSKEY)
def rename_member_passkey(passkey_id: uuid.UUID, *, name: str, by: PartnerMember) -> None:
    """The same for a partner's. Raises NotAllowed."""
    _rename(passkey_id, name, by)


@act(acts.REMOVE_PASSKEY)
def remove_passkey(passkey_id: uuid.UUID, *, by: Officer) -> None:
    """It opens nothing any more. Raises NotAllowed, LastSecondFactor."""
    permit_anywhere()
    officer = lock(Officer.objects.all()).get(pk=by.pk)
    _remove(passkey_id, officer)
    record(
        "officer.passkey_removed",
        by=by,
        on=officer,
        chain=chain_of_officer(officer),
        detail={"passkey": str(passkey_id)},
    )


@act(acts.REMOVE_MEMBER_PASSKEY)
def remove_member_passkey(passkey_id: uuid.UUID, *, by: PartnerMember) -> None:
    """The same for a partner's. Raises NotAllowed, LastSecondFactor."""
    member = lock(PartnerMember.objects.all()).get(pk=by.pk)
    _remove(passkey_id, member)
    record(
        "partner.passkey_removed",
        by=by,
        on=member,
        chain=partner_chain(member.partner_id),
        detail={"passkey": str(passkey_id)},
    )


def _checked(
    answer: str, holder: Holder, browser: str, *, name: str, is_shared: bool
) -> NewPasskey:
    table = passkey_table(holder)
    if table.objects.filter(holder_id=holder.pk).count() >= MOST_PASSKEYS:
        raise TooManyPasskeys
    use = use_for_new(holder, browser, name=name, is_shared=is_shared)
    try:
        new = check_new_passkey(table, answer, use)
        spend_for_new(new)
    except PasskeyRefused as error:
        raise PasskeyNotMade from error
    if is_shared and not new.is_roaming:
        raise StaysOnSharedMachine
    if table.objects.filter(credential_id=new.credential_id).exists():
        # Somebody's already: a device makes a new one each time.
        raise PasskeyNotMade
    return new


def _columns(new: NewPasskey, name: str) -> dict[str, object]:
    return {
        "label": name,
        "credential_id": new.credential_id,
        "public_key": new.public_key,
        "sign_count": new.sign_count,
        "transports": new.transports,
        "is_synced": new.is_synced,
        "has_prf": new.has_prf,
    }


def _rename(passkey_id: uuid.UUID, name: str, holder: Holder) -> None:
    own = passkey_table(holder).objects.filter(pk=passkey_id, holder_id=holder.pk)
    if not own.update(label=name):
        raise NotAllowed


def _remove(passkey_id: uuid.UUID, holder: Holder) -> None:
    table = passkey_table(holder)
    own = table.objects.filter(holder_id=holder.pk)
    others = own.filter(stopped_at=None).exclude(pk=passkey_id)
    if not own.filter(pk=passkey_id).exists():
        raise NotAllowed
    if not holder.totp_box and not others.exists():
        raise LastSecondFactor
    own.filter(pk=passkey_id).delete()
