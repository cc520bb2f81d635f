"""How long the certificate is good that browsers are shown; asked of this machine only."""

import datetime
import os
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from keng.cli.checks.check import CheckedPlace, Finding, attention, ok, wrong

ATTENTION_DAYS = 14
OFF = "off"
_ANSWERS_WITHIN = 3.0


def certificate(place: CheckedPlace) -> Finding:
    """From the file in KENG_CERTIFICATE, else from the proxy that answers on this machine."""
    parts = urlsplit(os.environ.get("KENG_PUBLIC_URL", ""))
    setting = os.environ.get("KENG_CERTIFICATE", "")
    if parts.scheme != "https" or setting == OFF:
        return ok("not looked at (KENG_CERTIFICATE)" if setting == OFF else "none is used")
    host = parts.hostname or ""
    if setting:
        content = Path(setting).read_bytes()
    else:
        try:
            content = _shown_by_the_proxy(host, parts.port or 443)
        except OSError as error:
            return attention(
                f"no proxy shows one on this machine ({type(error).__name__}): name its file in "
                "KENG_CERTIFICATE, or `off` if it lies elsewhere"
            )
    return judge_certificate(content, host, datetime.datetime.now(datetime.UTC))


def judge_certificate(content: bytes, host: str, now: datetime.datetime) -> Finding:
    """What is to be said of a certificate, as PEM (the first one) or as DER."""
    from cryptography import x509  # noqa: PLC0415 -- large, and only needed with TLS

    try:
        is_pem = b"-----BEGIN" in content
        found = (
            x509.load_pem_x509_certificate(content)
            if is_pem
            else x509.load_der_x509_certificate(content)
        )
    except ValueError:
        return wrong("what KENG_CERTIFICATE names is no certificate")
    if not any(_is_name_of(name, host) for name in _names(found)):
        return wrong(f"the certificate is not for {host}: browsers warn, and nobody reports")
    left = found.not_valid_after_utc - now
    until = f"{found.not_valid_after_utc:%d.%m.%Y}"
    if left < datetime.timedelta(0) or found.not_valid_before_utc > now:
        return wrong(f"the certificate ended on {until}: browsers warn, and nobody reports")
    if left < datetime.timedelta(days=ATTENTION_DAYS):
        return attention(f"the certificate ends on {until}, in {left.days} days: renew it")
    return ok(f"good until {until}")


def _shown_by_the_proxy(host: str, port: int) -> bytes:
    # Who signed it is the browsers' business: here only its words are read.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=_ANSWERS_WITHIN) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


def _names(certificate: object) -> list[str]:
    from cryptography import x509  # noqa: PLC0415 -- as above

    assert isinstance(certificate, x509.Certificate)  # noqa: S101 -- tells the type
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*names.get_values_for_type(x509.DNSName)] + [
        str(each) for each in names.get_values_for_type(x509.IPAddress)
    ]


def _is_name_of(name: str, host: str) -> bool:
    name, host = name.lower(), host.lower()
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host
