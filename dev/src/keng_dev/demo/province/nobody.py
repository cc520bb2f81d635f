"""Numbers, accounts and links that cannot be anybody's.

Phone numbers begin with 0510, a prefix that no network of Viet Nam has; the banks do not exist and
their accounts begin with six zeros; links end in .example and .test, which nobody can register
(RFC 2606).
"""

from random import Random

PHONE_PREFIX, ACCOUNT_PREFIX = "0510", "000000"
ENDINGS = (".example", ".test")
_HOSTS = (
    "dinhdanh-nhanh",
    "capnhat-thecancuoc",
    "xacminh24",
    "qua-tang-dien",
    "vay-sieutoc",
    "lamnhiemvu",
    "san-loc",
    "thanhtoan-cuoc",
    "hoantien-ngay",
    "dichvu-so",
    "tramthu-online",
    "giao-nhanh",
    "tra-phat",
    "uudai-the",
)


def phone(dice: Random) -> str:
    """In one of the ways people write a number."""
    last = f"{dice.randrange(1_000_000):06d}"
    spaced = f"{PHONE_PREFIX} {last[:3]} {last[3:]}"
    return dice.choice([PHONE_PREFIX + last, spaced, spaced.replace(" ", ".")])


def account(dice: Random, bank: str) -> str:
    """An account number, with or without its bank."""
    number = f"{ACCOUNT_PREFIX}{dice.randrange(10_000_000):07d}"
    return dice.choice([f"stk {number} {bank}", f"số tài khoản {number}", f"stk {number}"])


def link(dice: Random) -> str:
    """A harmful address that leads nowhere."""
    host = dice.choice(_HOSTS) + dice.choice(["", f"-{dice.randrange(2, 99)}"])
    return dice.choice(["", "", "https://"]) + host + dice.choice(ENDINGS)
