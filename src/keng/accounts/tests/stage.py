"""A province with two lines of administrators, and what setting up takes, for tests."""

import pyotp
from django.urls import reverse

from keng.accounts import requesting, second_factor, setting_up
from keng.accounts.models import Officer, Post
from keng.kit import times
from tests import make

PASSWORD = "mot-cau-rat-dai-2026"
CHOSEN = "một câu chỉ mình tôi biết"


def url(name, *args):
    """An address of the desk."""
    return reverse(name, "keng.site.desk_urls", args=args)


def today():
    """The day in Vietnam."""
    return times.local_date(times.now())


def able(**fields) -> Officer:
    """An officer who can really sign in."""
    officer = make.officer(password=PASSWORD, **fields)
    second_factor.set_totp_secret(officer)
    return officer


def code_of(officer: Officer) -> str:
    """The six digits of now, never refused as used."""
    Officer.objects.filter(pk=officer.pk).update(totp_last_step=0)
    officer.refresh_from_db()
    return second_factor.current_totp_code(officer)


class Stage:
    """A province and a ward; two administrators and the commander, each set up by the operator."""

    def __init__(self) -> None:
        self.province = make.province_unit()
        self.ward = make.unit(parent=self.province)
        self.admin = able(unit=self.province, role=Post.Role.ADMINISTRATOR, name="Người Hỏi")
        self.other = able(unit=self.province, role=Post.Role.ADMINISTRATOR, name="Người Khác")
        self.commander = able(unit=self.province, role=Post.Role.COMMANDER, name="Chỉ Huy Tỉnh")
        self.chief = able(unit=self.ward, role=Post.Role.COMMANDER, name="Chỉ Huy Phường")
        self.officer = able(unit=self.ward, name="Trực Ban")

    def ask_new(self, *, by=None, username="moi", role="duty", unit=None):
        """A new officer is asked for."""
        return requesting.ask_for_officer(
            username=username,
            name="Cán bộ Mới",
            rank="Đ.úy",
            unit_id=(unit or self.ward).pk,
            role=role,
            valid_from=today(),
            by=by or self.admin,
        )

    def make_officer(self, *, asker=None, second=None, **fields) -> Officer:
        """A new officer, asked for, agreed to and set up."""
        asked = self.ask_new(by=asker, **fields)
        return set_up(asked, second=second or self.commander)

    def renewed(self, officer, *, asker=None, second=None) -> Officer:
        """The same for a new sign-in."""
        asked = requesting.ask_for_renewal(officer.pk, by=asker or self.admin)
        return set_up(asked, second=second or self.commander)


def both_halves(asked, *, second) -> tuple[str, str]:
    """The half of whoever asked, and that of whoever agreed."""
    half = requesting.agree_to_request(asked.pk, by=second)
    return requesting.show_half(asked.pk, by=asked.asked_by), half


def set_up(asked, *, second) -> Officer:
    """Agreed to, and set up by the person concerned."""
    return finish(*both_halves(asked, second=second))


def finish(first: str, second: str) -> Officer:
    """The person types both halves, a password and the first code."""
    begun = setting_up.begin_set_up(first, second, password=CHOSEN)
    return setting_up.finish_set_up(
        begun.pk, setting_up.mark_of_set_up(begun), code=first_code(begun)
    )


def first_code(begun) -> str:
    """What the code app shows for a secret that is being set up."""
    return pyotp.TOTP(second_factor.secret_in_box(bytes(begun.offered_totp_box))).now()
