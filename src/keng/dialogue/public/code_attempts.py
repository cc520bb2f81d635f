"""Slowing down whoever tries codes.

A code has 80 bits, so guessing is hopeless and a right code is never held up: thirty people in one
training room share an address. Only wrong ones are counted, of whatever they are the code.
"""

from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from keng.limits.shared import SharedLimit

# So many wrong codes at once, then one more for each pause.
WRONG_CODES_AT_ONCE = 20
PAUSE_AFTER_WRONG_CODE = 3.0

wrong_codes = SharedLimit("wrong code", at_once=WRONG_CODES_AT_ONCE, pause=PAUSE_AFTER_WRONG_CODE)


def refuse_code(request: HttpRequest, form: BaseForm, unknown: str) -> int:
    """Count a wrong code, and say so in the form; 0, or how many seconds to wait."""
    wait = wrong_codes.seconds_to_wait(request)
    words = _("Too many wrong codes. Wait %(count)d seconds, then try again") % {"count": wait}
    form.add_error("code", words if wait else unknown)
    return wait
