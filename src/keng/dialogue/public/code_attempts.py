"""Slowing down whoever tries codes.

A code has 80 bits, so guessing is hopeless and a right code is never held up: thirty people in one
training room share an address. Only wrong ones are counted.
"""

from keng.kit.rate_limits import FormThrottle

# So many wrong codes at once, then one more for each pause.
WRONG_CODES_AT_ONCE = 20
PAUSE_AFTER_WRONG_CODE = 3.0

_wrong = FormThrottle(at_once=WRONG_CODES_AT_ONCE, pause=PAUSE_AFTER_WRONG_CODE)
seconds_to_wait = _wrong.seconds_to_wait
