"""The officers of the demo. Every name is invented."""

from collections.abc import Sequence
from dataclasses import dataclass

from keng.accounts import second_factor
from keng.accounts.actions import one_time_password
from keng.accounts.models import Officer, Post
from keng.places.models import Unit

WARD, NEIGHBOUR, PROVINCE = "07795", "07777", "24"


@dataclass(frozen=True, slots=True)
class Part:
    """A part somebody can play: sign-in name, who it is, where and as what."""

    username: str
    name: str
    rank: str
    unit_code: str
    role: str


PARTS = (
    Part("lan", "Vũ Thị Lan", "Đ.úy", WARD, Post.Role.DUTY),
    Part("bao", "Trịnh Gia Bảo", "Th.úy", WARD, Post.Role.DUTY),
    Part("hai", "Đoàn Minh Hải", "Th.tá", WARD, Post.Role.COMMANDER),
    Part("mai", "Lương Thanh Mai", "Tr.tá", PROVINCE, Post.Role.COORDINATOR),
    Part("quan", "Tạ Đình Quân", "Đ.úy", PROVINCE, Post.Role.DUTY),
    Part("son", "Phùng Thái Sơn", "Tr.úy", NEIGHBOUR, Post.Role.DUTY),
    Part("thu", "Khổng Diệu Thu", "Th.tá", PROVINCE, Post.Role.AUDITOR),
    Part("admin", "Mạc Quốc Tuấn", "Tr.úy", PROVINCE, Post.Role.ADMINISTRATOR),
    # Nobody makes an officer alone: without a second person there would be nothing to try.
    Part("thinh", "Lã Hữu Thịnh", "Đ.úy", PROVINCE, Post.Role.ADMINISTRATOR),
    Part("hoa", "Tống Diệu Hòa", "Đ.úy", PROVINCE, Post.Role.DATA_PROTECTION),
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What is printed once: sign-in name, password, and which part it is."""

    username: str
    password: str
    part: str


def make_officers(units: dict[str, Unit], parts: Sequence[Part] = PARTS) -> list[Credential]:
    """Create the officers with a generated password and second factor each."""
    made = []
    for part in parts:
        password = one_time_password()
        officer = Officer(username=part.username, name=part.name, rank=part.rank)
        officer.set_password(password)
        officer.save()
        second_factor.set_totp_secret(officer)
        post = Post.objects.create(
            officer=officer, unit=units[part.unit_code], role=part.role, valid_from="2025-07-01"
        )
        made.append(
            Credential(part.username, password, f"{post.get_role_display()}, {post.unit.name}")
        )
    return made
