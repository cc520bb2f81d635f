"""What the public form promises. Each sentence is tied to a test in docs/promises.csv."""

from django.utils.translation import gettext_lazy as _

PROMISES = {
    "same_answer": _(
        "The answer here is the same for everybody, whether or not anything is kept about you."
    ),
    "nobody_searched": _("This site looks for nobody by what you write."),
    "asker_covered": _(
        "Names and numbers of people that we recognise are covered before your request is kept."
    ),
}
