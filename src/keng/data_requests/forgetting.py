"""Words of data requests go a year after the decision; that one was asked and decided stays."""

import datetime

from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.data_requests.models import DataRequest
from keng.kit import times

# A house rule: no sentence of law says for how long.
WORDS_KEPT_FOR = datetime.timedelta(days=365)
EMPTIED = {
    "words": "",
    "about_number": "",
    "extension_reason": "",
    "desk_words": "",
    "answer": "",
}
_PORTION = 100


@work()
def forget_request_words() -> int:
    """Empty a batch of those that were decided long ago; of how many. A job of the worker."""
    old = DataRequest.objects.filter(settled_at__lt=times.now() - WORDS_KEPT_FOR)
    rows = lock_available(old.exclude(**EMPTIED).order_by("id"))
    ids = list(rows.values_list("pk", flat=True)[:_PORTION])
    return DataRequest.objects.filter(pk__in=ids).update(**EMPTIED)
