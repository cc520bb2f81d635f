"""E-mail addresses: what one looks like, and where a letter comes back to.

A letter comes back to the operator's return address with a token of ours in it (VERP):
`tra-lai@keng.example` becomes `tra-lai+b7x…@keng.example`. Mail servers deliver both to one mailbox
(RFC 5233), and some write an address in small letters: so a token has no others.
"""

import re
from email.message import Message
from itertools import pairwise

_MAILBOX = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]"
    r"[A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)

# 64 characters before the @ (RFC 5321), of which "+" and a token take 44.
LONGEST_LOCAL_PART = 20
TOKEN_LENGTH = 43
_TOKEN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")
_BEFORE_AN_ADDRESS = ' \t\r\n<,;:"'
_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
# Whoever forges letters cannot have us try thousands of tokens.
_MOST_TOKENS = 8
_LONGEST_HEADER = 2000


def is_mailbox(value: str) -> bool:
    """An address every SMTP server takes: ASCII, dotted local part, a domain with a dot."""
    return len(value) <= 254 and value.find("@") <= 64 and _MAILBOX.fullmatch(value) is not None


def domain_of(mailbox: str) -> str:
    return mailbox.rpartition("@")[2]


def fault_of_return_address(value: str) -> str | None:
    """What is wrong with it, as the end of "It is …"; None where nothing is."""
    if not is_mailbox(value):
        return "no e-mail address: tra-lai@keng.example is one"
    local = value.partition("@")[0]
    if "+" in local or len(local) > LONGEST_LOCAL_PART:
        return f"too long before the @, or has a + there: {LONGEST_LOCAL_PART} characters at most"
    return None


def with_token(return_address: str, token: str) -> str:
    """The address that only the letter with this token has."""
    local, _, domain = return_address.partition("@")
    return f"{local}+{token}@{domain}"


def tokens_in_headers(letter: Message, return_address: str) -> list[str]:
    """The tokens of addresses of ours that a letter was sent to; nothing is proved by them."""
    local, _, domain = return_address.lower().partition("@")
    tokens: dict[str, None] = {}
    for name in _HEADERS:
        for value in letter.get_all(name, []):
            parts = str(value)[:_LONGEST_HEADER].lower().split(f"{local}+")
            for before, after in pairwise(parts):
                token, rest = after[:TOKEN_LENGTH], after[TOKEN_LENGTH:]
                is_whole = not before or before[-1] in _BEFORE_AN_ADDRESS
                if is_whole and rest.startswith(f"@{domain}") and set(token) <= _TOKEN_LETTERS:
                    tokens[token] = None
    return list(tokens)[:_MOST_TOKENS]
