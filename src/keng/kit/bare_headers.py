"""Response headers of what is answered without Django: health, webhooks, the prefix look-up."""

from django.conf import settings

# A year, with the desk's name below the site's. The browser keeps it for answers by https only.
HSTS_SECONDS = 365 * 24 * 3600
# What is answered there is no page: nothing in it may load, run or be framed.
_NO_PAGE_POLICY = b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def bare_headers() -> list[tuple[bytes, bytes]]:
    """What every such answer carries, as ASGI has it."""
    headers = [
        (b"content-security-policy", _NO_PAGE_POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]
    if settings.BEHIND_TLS:
        value = b"max-age=%d; includeSubDomains" % HSTS_SECONDS
        headers.append((b"strict-transport-security", value))
    return headers
