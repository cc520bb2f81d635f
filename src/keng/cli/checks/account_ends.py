"""Accounts at providers that end by themselves: the desk is called, and the operator has to act."""

from keng.cli.checks.check import CheckedPlace, Finding, attention, ok, reading_connection
from keng.delivery.account_ends import AccountEnd, EndingPart, ends_of_account
from keng.kit import times

_ACCOUNTS = """
SELECT slug, channel, tokens_renewed_at, package_ends_on
FROM delivery_channelaccount WHERE is_active ORDER BY slug
"""
_CALLED = {EndingPart.TOKENS: "access", EndingPart.PACKAGE: "package"}
_WHAT_TO_DO = {
    EndingPart.TOKENS: "its tokens were not renewed for long. keng channel check {0}, then keng "
    "channel connect {0}",
    EndingPart.PACKAGE: "have its package renewed at the provider",
}


def ends(place: CheckedPlace) -> Finding:
    """Tokens that nobody renewed for long, and packages whose last day is near."""
    with reading_connection() as connection:
        rows = connection.execute(_ACCOUNTS.encode()).fetchall()
    now = times.now()
    known = [(row[0], end) for row in rows for end in ends_of_account(*row[1:])]
    near = [_words(slug, end) for slug, end in known if end.is_near(now)]
    if near:
        return attention("; ".join(near))
    return ok(f"{len(known)} ends are known, none within two weeks")


def _words(slug: str, end: AccountEnd) -> str:
    days = end.days_left(times.now())
    left = f"{days} day{'s' if days > 1 else ''} left" if days else "over"
    return f"{slug}: {_CALLED[end.part]} {left}, {_WHAT_TO_DO[end.part].format(slug)}"
