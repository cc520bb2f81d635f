"""What a library calls a failed connection may be a certificate: why, in OpenSSL's words."""

import ssl


def refused_certificate(error: BaseException | None) -> str:
    """What was wrong with the certificate of the other side; "" where that was not the reason.

    Libraries wrap the error of the handshake: as cause, as context, or as what it was made with.
    """
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        # What a library makes of it may be a kind of it without its words.
        if isinstance(each, ssl.SSLCertVerificationError) and hasattr(each, "verify_message"):
            return str(each.verify_message)
        # That of urllib3, which compares names itself.
        if type(each).__name__ == "CertificateError":
            return "it is of another name"
        waiting += [each.__cause__, each.__context__, *each.args]
        waiting += getattr(each, "kwargs", {}).values()
    return ""
