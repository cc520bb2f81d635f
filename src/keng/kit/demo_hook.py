"""How a demo comes into the product, which names no module of it: one hook, by its entry point.

Loads nothing but the standard library, since the settings ask here.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from keng.kit.refusals import WrongSettings

if TYPE_CHECKING:
    from django.urls import URLPattern

GROUP = "keng.demo"


class DemoHook(Protocol):
    """What the module behind the entry point has. It must be importable before the settings are."""

    APP: str
    """For INSTALLED_APPS; its label is the name of its folder."""
    FOLDER: Path
    """Where the app lies, with its migrations and its translations."""
    CONTEXT_PROCESSOR: str
    """Gives templates `beside`: what stands above a page of the desk, an object with `template`."""
    GRANTS: Mapping[str, Mapping[str, str]]
    """Rights on the app's tables, as keng.site.grants has them for all others."""

    def public_urls(self) -> "Sequence[URLPattern]":
        """What the public site has in addition."""

    def desk_urls(self) -> "Sequence[URLPattern]":
        """The same for the desk."""

    def children(self, ports: Any) -> Sequence[Any]:
        """More processes to keep alive: each a keng.runtime.supervisor.children.Child."""

    def is_demo_folder(self, data: Path) -> bool:
        """Whether these are a demo's data, asked where no database runs that could say so."""


def installed_demo() -> DemoHook | None:
    """The hook where the tools are installed, whether or not this process belongs to a demo."""
    from importlib.metadata import entry_points  # noqa: PLC0415 -- no process of real data asks

    for entry in entry_points(group=GROUP):
        hook: DemoHook = entry.load()
        return hook
    return None


def required_demo() -> DemoHook:
    """Raises WrongSettings where the tools are not installed."""
    hook = installed_demo()
    if hook is None:
        fault = (
            "KENG_DEMO=1 is set, or these are the demo's data, and the demo is not installed here: "
            "in a checkout `requirements/install demo` adds it."
        )
        raise WrongSettings([fault])
    return hook


def running_demo() -> DemoHook | None:
    """The hook in a process of a demo, which must have it; None in every other process."""
    return required_demo() if os.environ.get("KENG_DEMO") == "1" else None
