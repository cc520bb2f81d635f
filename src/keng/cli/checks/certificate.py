"""How long certificates are good: the one browsers are shown, and those of all other servers.

The first is asked of this machine only. Servers of our own are asked for theirs; of those of others
is said what connections that were made anyway have seen.
"""

import datetime
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from keng.cli.checks.check import (
    CheckedPlace,
    Finding,
    FindingLevel,
    attention,
    ok,
    unknown,
    wrong,
)
from keng.kit.database import PROCESSES, is_external
from keng.kit.noted_certificates import CertificateNote, certificate_notes
from keng.kit.own_certificates import (
    CERTIFICATE_OFF,
    OwnServer,
    database_servers,
    is_certificate_of,
    public_site,
    read_certificate,
    site_certificate,
    store_servers,
)

if TYPE_CHECKING:
    from cryptography import x509

ATTENTION_DAYS = 14
_WHOSE: dict[str, str] = {
    "database": "PostgreSQL",
    "store": "the store of files",
    "provider": "the provider",
    "mail": "the mail server",
    "witness": "the witness",
    "source": "the official source",
}
_Over = Callable[[str], Finding]
_WORSE = [FindingLevel.OK, FindingLevel.UNKNOWN, FindingLevel.ATTENTION, FindingLevel.WRONG]
_NOBODY_CONNECTS = "no process of ours connects any more"
_NOBODY_REPORTS = "browsers warn, and nobody reports"


def certificate(place: CheckedPlace) -> Finding:
    """From the file in KENG_CERTIFICATE, else from the proxy that answers on this machine."""
    site = public_site()
    if site is None:
        is_off = os.environ.get("KENG_CERTIFICATE") == CERTIFICATE_OFF
        return ok("not looked at (KENG_CERTIFICATE)" if is_off else "none is used")
    try:
        content = site_certificate(site)
    except OSError as error:
        if os.environ.get("KENG_CERTIFICATE"):
            raise
        return attention(
            f"no proxy shows one on this machine ({type(error).__name__}): name its file in "
            "KENG_CERTIFICATE, or `off` if it lies elsewhere"
        )
    return judge_certificate(content, site.host, datetime.datetime.now(datetime.UTC))


def judge_certificate(content: bytes, host: str, now: datetime.datetime) -> Finding:
    """What is to be said of a certificate, as PEM (the first one) or as DER."""
    try:
        found = read_certificate(content)
    except ValueError:
        return wrong("what KENG_CERTIFICATE names is no certificate")
    if not is_certificate_of(found, host):
        return wrong(f"the certificate is not for {host}: {_NOBODY_REPORTS}")
    return _judge_end(found, now, "the certificate", wrong, _NOBODY_REPORTS)


def server_certificates(place: CheckedPlace) -> Finding:
    """Those of the database and the store, and what was seen of providers' and others'."""
    now = datetime.datetime.now(datetime.UTC)
    found = [_judge_server(server, now) for server in (*_databases(), *store_servers())]
    found += [_judge_note(note, now) for note in certificate_notes()]
    if not found:
        return ok("no other server is spoken to over TLS")
    worst = max((finding.level for finding in found), key=_WORSE.index)
    if worst is FindingLevel.OK:
        return ok("; ".join(dict.fromkeys(finding.text for finding in found)))
    troubles = sorted(
        (finding for finding in found if finding.level is not FindingLevel.OK),
        key=lambda finding: -_WORSE.index(finding.level),
    )
    return Finding(worst, "\n".join(dict.fromkeys(finding.text for finding in troubles)))


def _databases() -> Iterator[OwnServer]:
    """Of every string that the settings have: processes may be led by ways of their own."""
    names = [f"KENG_DATABASE_URL_{process.upper()}" for process in PROCESSES]
    own = [os.environ[name] for name in (*names, "KENG_DATABASE_URL_CHANGES") if name in os.environ]
    if is_external():
        own.append(os.environ["DATABASE_URL"])
    yield from database_servers(own)


def _judge_server(server: OwnServer, now: datetime.datetime) -> Finding:
    what = f"the certificate of {_WHOSE[server.kind]} at {server.host}"
    try:
        content = server.shown_certificate()
    except OSError as error:
        # Whether it answers at all has lines of its own.
        return unknown(f"{what} was not shown ({type(error).__name__})")
    if not content:
        return ok(f"{_WHOSE[server.kind]} at {server.host} shows none")
    found = read_certificate(content)
    if server.is_verified_by_name and not is_certificate_of(found, server.host):
        return wrong(f"{what} is of another name: {_NOBODY_CONNECTS}")
    if server.is_verified:
        return _judge_end(found, now, what, wrong, _NOBODY_CONNECTS)
    return _judge_end(found, now, what, attention, "who is to verify it cannot connect")


def _judge_end(
    found: "x509.Certificate", now: datetime.datetime, what: str, over: _Over, means: str
) -> Finding:
    left = found.not_valid_after_utc - now
    until = f"{found.not_valid_after_utc:%d.%m.%Y}"
    if left < datetime.timedelta(0):
        return over(f"{what} ended on {until}: {means}")
    if found.not_valid_before_utc > now:
        since = f"{found.not_valid_before_utc:%d.%m.%Y}"
        return over(f"{what} begins on {since}: {means}")
    return _judge_left(left, until, what)


def _judge_left(left: datetime.timedelta, until: str, what: str) -> Finding:
    if left < datetime.timedelta(days=ATTENTION_DAYS):
        return attention(f"{what} ends on {until}, in {left.days} days: have it renewed")
    return ok(f"good until {until}")


def _judge_note(note: CertificateNote, now: datetime.datetime) -> Finding:
    what = f"the certificate of {_WHOSE[note.owner]} at {note.host}"
    if note.refused:
        return attention(
            f"{what} was not accepted ({note.refused}): what it should take waits, and goes out "
            "once it is mended there"
        )
    ends = datetime.datetime.fromtimestamp(note.ends, datetime.UTC)
    if ends < now:
        return ok(f"{what} was not seen since it ended")
    return _judge_left(ends - now, f"{ends:%d.%m.%Y}", what)
