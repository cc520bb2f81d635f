"""Processes that seal as before hybrid keys, for a bench to run beside those of today.

Nobody keeps the private half: what they take in opens for nobody.
"""

from typing import Any
from unittest import mock

from nacl.public import PrivateKey

EDGE, PUBLIC = (f"{__name__}:{name}" for name in ("edge", "public"))


def edge() -> Any:
    """The application of the edge."""
    from keng.edge.asgi import application  # noqa: PLC0415 -- loads the settings

    _seal_for_the_curve()
    return application


def public() -> Any:
    """The application of the residents' site."""
    from keng.site.asgi_public import application  # noqa: PLC0415 -- loads the settings

    _seal_for_the_curve()
    return application


def _seal_for_the_curve() -> None:
    from keng.vault import seal  # noqa: PLC0415 -- needs the settings

    key = PrivateKey.generate().public_key

    def sealing(_key: Any, _key_id: Any = None) -> Any:
        return seal._CurveSeal(key)  # noqa: SLF001 -- as for a key from before

    mock.patch.object(seal, "HybridSeal", sealing).start()
