"""What the things are called that an act was done to; a test compares the list with the models."""

from django.utils.translation import gettext as _


def thing_words(kind: str) -> str:
    """A kind of thing in words; an unknown one as its code."""
    return names_of_things().get(kind, kind)


def names_of_things() -> dict[str, str]:
    """The name of a model, in small letters, and what people call it."""
    return {
        "tip": _("a tip"),
        "incident": _("an incident"),
        "wave": _("a wave"),
        "attachment": _("a file"),
        "answertemplate": _("a ready answer"),
        "version": _("a text of a warning"),
        "pattern": _("a pattern"),
        "dispatch": _("a dispatch"),
        "listing": _("an entry of the look-up"),
        "dispute": _("an objection"),
        "blocklist": _("a list of others"),
        "relaytask": _("a task of a lead"),
        "channelaccount": _("an account of a channel"),
        "group": _("a group"),
        "teamshift": _("a shift of a team"),
        "teamask": _("a request to a team"),
        "establishment": _("a house"),
        "partner": _("a partner"),
        "partnermember": _("a member of a partner"),
        "article": _("an article"),
        "manuscript": _("a text of a partner"),
        "kitrequest": _("a request for the kit"),
        "question": _("a question"),
        "meeting": _("a meeting"),
        "officialchannel": _("an official channel"),
        "survey": _("a survey"),
        "lead": _("a lead"),
        "snapshot": _("a periodic report"),
        "retentionperiod": _("a retention period"),
        "importbatch": _("a sheet of earlier records"),
        "datarequest": _("a data request"),
        "breach": _("a data incident"),
        "unit": _("a unit"),
        "officer": _("an officer"),
        "officerrequest": _("a request about an officer"),
        "claim": _("a claim"),
        "revision": _("a claim check"),
        "collection": _("a collection of lessons"),
        "edition": _("a lesson"),
        "film": _("a film"),
        "firsthour": _("the page of the first hour"),
        "campaign": _("a pledge campaign"),
        "groupthanks": _("a word of thanks to groups"),
        "modeloffer": _("a model to copy"),
        "modelcopy": _("a copy of a model"),
        "schoolclass": _("a class of a campaign"),
        "unitkey": _("a key for names and files"),
        "openingrequest": _("a request to open a record"),
        "resharingrequest": _("keys that two holders put together"),
    }
