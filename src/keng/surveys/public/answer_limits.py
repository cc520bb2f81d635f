"""What bounds stuffing without keeping anybody's address.

A cookie of the survey says how many answers this browser has sent, keyed so that it cannot be made
up; it tells this browser from another in nothing else. Whoever deletes it meets the second bound:
answers from one network address are slowed down, counted in this process's memory alone. What comes
from it all the same is told apart in the result, by a mark that says "many" and not from where.
"""

from django.http import HttpRequest, HttpResponse

from keng.kit import cookies
from keng.kit.numbers import whole_number
from keng.kit.rate_limits import FormThrottle
from keng.kit.secrets import keyed_hash, same_secret
from keng.limits.shared import SharedLimit
from keng.surveys.models import Survey

# A family with one phone may answer; sixty answers from one phone may not.
MOST_FROM_ONE_BROWSER = 5
# So many from one address at once (a dormitory has one), then one more for each pause.
SLOW_ANSWERS = SharedLimit("survey answer", at_once=20, pause=300.0)
# The same for slips that are tried: each of them counts once anyway.
SLOW_SLIPS = SharedLimit("survey slip", at_once=20, pause=60.0)
# What one address sends beyond these within about a day is counted and told apart in the result.
MANY_ANSWERS = FormThrottle(at_once=20, pause=3600.0)
_KEPT_SECONDS = 120 * 24 * 3600


def answers_sent_before(request: HttpRequest, survey: Survey) -> int:
    """How many answers this browser has sent to the survey; 0 for a cookie that we did not make."""
    count, _dot, proof = request.COOKIES.get(_name(survey), "").partition(".")
    number = whole_number(count, most=99)
    return number if number and same_secret(proof, _proof(survey, count)) else 0


def note_answer(response: HttpResponse, survey: Survey, before: int) -> None:
    """Let the browser remember one more answer."""
    count = str(before + 1)
    value = f"{count}.{_proof(survey, count)}"
    cookies.put_cookie(response, _name(survey), value, seconds=_KEPT_SECONDS)


def minutes_to_wait(request: HttpRequest) -> int:
    """Count one answer; 0, or how long this address should wait."""
    return -(-SLOW_ANSWERS.seconds_to_wait(request) // 60)


def is_one_of_many(request: HttpRequest) -> bool:
    """Count one answer that is taken; whether many came from this address before it."""
    return MANY_ANSWERS.seconds_to_wait(request) > 0


def _name(survey: Survey) -> str:
    return f"keng_answered_{survey.code}"


def _proof(survey: Survey, count: str) -> str:
    return keyed_hash("survey answered", survey.code, count).hex()[:32]
