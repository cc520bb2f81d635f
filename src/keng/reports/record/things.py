"""What the things are called that an act was done to; a test compares the list with the models."""

from django.utils.translation import gettext as _


def thing_words(kind: str) -> str:
    """A kind of thing in words; an unknown one as its code."""
    return things().get(kind, kind)


def things() -> dict[str, str]:
    """The name of a model, in small letters, and what people call it."""
    return {
        "tip": _("a tip"),
        "incident": _("an incident"),
        "attachment": _("a file"),
        "answertemplate": _("a ready answer"),
        "version": _("a text of a warning"),
        "pattern": _("a pattern"),
        "dispatch": _("a dispatch"),
        "relaytask": _("a task of a lead"),
        "channelaccount": _("an account of a channel"),
        "group": _("a group"),
        "lead": _("a lead"),
        "unit": _("a unit"),
        "officer": _("an officer"),
    }
