"""Settings with which nothing starts where real people report."""

from collections.abc import Mapping
from ipaddress import ip_address


def unsafe_for_real_data(settings: Mapping[str, str]) -> list[str]:
    """What must not be where real people report, each with what to do."""
    found = []
    if settings.get("KENG_DEMO") == "1":
        found.append("KENG_DEMO is set by `keng demo`, and never where real people report.")
    if settings.get("KENG_DEBUG") == "1":
        found.append("KENG_DEBUG shows on its error pages what people typed: take it out.")
    if settings.get("KENG_DEBUG_FAULTS") == "1" or settings.get("KENG_TEST_FAULT"):
        found.append(
            "KENG_DEBUG_FAULTS and KENG_TEST_FAULT are for tests, which lose reports on purpose: "
            "take them out."
        )
    listens_at = settings.get("KENG_ADDRESS") or "127.0.0.1"
    if not ip_address(listens_at).is_loopback and settings.get("KENG_BEHIND_TLS") != "1":
        found.append(
            f"KENG_ADDRESS={listens_at} can be reached from other machines, where words, codes and "
            "passwords would travel in clear. Put a proxy with TLS in front and set "
            "KENG_BEHIND_TLS=1, or leave KENG_ADDRESS out."
        )
    return found
