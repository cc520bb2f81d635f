"""What claim checks promise, for templates: {% load claims %}."""

from typing import Any

from django import template

from keng.claims.promises import PROMISES

register = template.Library()


@register.simple_tag
def claim_promise(name: str) -> Any:
    """A sentence that a test holds."""
    return PROMISES[f"claim_{name}"]
