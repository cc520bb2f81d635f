"""Under which key an indicator is listed: every page of a site made for a scam belongs to it.

What is asked has its keys in `language.lookup_terms`; the hash is SHA-256 of "type:key".
"""

from keng.language.indicators import is_own_site
from keng.language.indicators.addresses import host_of
from keng.language.lookup_terms import listing_hash

__all__ = ["lookup_hash_of", "lookup_key_of", "may_be_public"]

PHONE, BANK_ACCOUNT, URL = "phone", "bank_account", "url"


def lookup_key_of(type: str, value: str) -> str:
    """The normalised value under which an indicator is listed: of a site, its host."""
    return host_of(value) if type == URL and is_own_site(value) else value


def lookup_hash_of(type: str, value: str) -> bytes:
    """The hash under which an indicator is listed."""
    return listing_hash(type, lookup_key_of(type, value))


def may_be_public(type: str, value: str) -> bool:
    """Phones, accounts and sites of their own. A plate or somebody's page never is.

    A page or a short link on a host that everybody uses may name a person.
    """
    return type in {PHONE, BANK_ACCOUNT} or (type == URL and is_own_site(value))
