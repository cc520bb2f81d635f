"""A province that invites, a partner of two people, and browsers that are signed in."""

import pyotp

from keng.accounts import partner_signing, second_factor
from keng.accounts.models import Partner, PartnerMember
from keng.partners import queries
from keng.partners.actions import articles, inviting
from tests import make

PASSWORD = "mot-mat-khau-dai-1"
WORDS = {"purpose": "fraud", "title": "Ba dấu hiệu", "text": "Giục làm ngay là dấu hiệu đầu tiên."}


class Stage:
    """Coordinator and administrator of a province; Đoàn phường Nếnh with two members."""

    def __init__(self):
        self.province_place = make.place("Tỉnh Bắc Ninh", kind="province")
        self.place = make.place("Phường Nếnh", parent=self.province_place)
        self.province = make.province_unit("Công an tỉnh", serves=self.province_place)
        self.unit = make.unit("Công an phường Nếnh", parent=self.province, serves=self.place)
        self.coordinator = make.officer(unit=self.province, role="coordinator")
        self.administrator = make.officer(unit=self.province, role="administrator")
        made = self.invited(name="Đoàn phường Nếnh", username="thu")
        self.partner, self.thu = made.member.partner, made.member
        self.credentials = made
        self.binh = inviting.add_member(
            self.partner.pk, name="Bình", username="binh", by=self.administrator
        ).member
        inviting.agree_to_member(self.binh.pk, by=self.thu)

    def invited(self, *, name, username, **fields):
        values = {
            "kind": "youth_union",
            "place": self.place,
            "about": "",
            "purposes": ["fraud"],
            "member_name": username.title(),
            "by": self.administrator,
        } | fields
        made = inviting.invite_partner(name=name, username=username, **values)
        is_coordinators = values["by"] == self.coordinator
        self.agreed(made, by=self.administrator if is_coordinators else self.coordinator)
        return made

    def agreed(self, made, *, by):
        """Another officer than who invited says that it is one of the partner."""
        inviting.agree_for_partner(
            made.member.pk, seen=queries.agreement_digest(made.member), by=by
        )
        made.member.awaits_agreement = False

    def submitted(self, member=None):
        member = member or self.thu
        return articles.submit_article(articles.write_article(**WORDS, by=member).pk, by=member)

    def alone(self):
        """A partner of one person."""
        return self.invited(name="Cụ Mẫn", username="man", kind="person").member


def signed_in(client, member: PartnerMember):
    """The browser of a member, past both factors and with a password of their own."""
    PartnerMember.objects.filter(pk=member.pk).update(must_choose_password=False, totp_last_step=0)
    token = partner_signing._begin_member_session(
        member, is_half=False, lasts=partner_signing.PARTNER_SIGNED_IN_FOR
    )
    client.cookies[partner_signing.PARTNER_COOKIE] = token
    return client


def digits(secret: str) -> str:
    """What the phone shows now."""
    return pyotp.TOTP(secret).now()


__all__ = ["PASSWORD", "WORDS", "Partner", "Stage", "digits", "second_factor", "signed_in"]
