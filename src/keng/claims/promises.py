"""What the pages of claim checks promise. Each sentence is tied to a test in docs/promises.csv."""

from django.utils.translation import gettext_lazy as _

PROMISES = {
    "claim_asker": _("No account. We do not note who asks or who shared it."),
    "claim_sharer": _("We do not note who shared it."),
    "claim_covered": _(
        "Names, numbers and pages of people that we recognise are covered before anything is kept."
    ),
    "claim_unseen": _(
        "First we show what was checked already. Nothing is kept before you have seen it."
    ),
    "claim_destroyed": _(
        "Thank you for asking before passing it on. The words you sent are destroyed; we keep only"
        " that one question was out of scope."
    ),
    "claim_objection": _(
        "Thank you for asking before passing it on. No officer can read the words you sent any"
        " more. For seven days only this page can bring them back, once; then they are destroyed."
    ),
    "claim_two": _("written by one person, read and published by another"),
}
