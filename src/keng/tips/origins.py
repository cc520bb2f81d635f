"""How a tip came in, as officers read it.

By which channel, who can know its reporter, and where an answer is read.
"""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.kit.languages import language_name_for_desk
from keng.kit.urgency import Urgency
from keng.tips.models import TakenDown, Tip
from keng.tips.topics import TOPIC_NAMES

# The web form, begun on a team's page: which team and who of it is nowhere.
FROM_TEAM = "team"
# Passed on by a partner, with the reporter's consent or for danger; which partner is nowhere.
FROM_PARTNER = "partner"
# Handed over by the desk of another installation, through which answers go back (keng.transfers).
FROM_INSTALLATION = "transfer"

# What is no channel (keng.channels): those say it of themselves.
_WITHOUT_CHANNEL = {
    "web": gettext_noop("the web form"),
    FROM_TEAM: gettext_noop("a self-management team"),
    FROM_PARTNER: gettext_noop("the inbox of a partner"),
    FROM_INSTALLATION: gettext_noop("the desk of another province"),
    "phone": gettext_noop("a phone call"),
    "counter": gettext_noop("the counter"),
    "chat": gettext_noop("a chat message shown to an officer"),
}

# Where the reporters themselves tapped a tile.
_TAPPED = ("web", FROM_TEAM)

# Neither the form nor an officer who took it down can carry an answer back.
_ANSWERED_ON_THE_PAGE = (*TakenDown.Manner.values, *_TAPPED, FROM_PARTNER, FROM_INSTALLATION)


def tapped_topic(topic: str, channel: str) -> str:
    """The tile that a reporter tapped, in words; empty where nobody tapped one."""
    return str(TOPIC_NAMES.get(topic, "")) if channel in _TAPPED else ""


def channel_name(code: str) -> str:
    """How the screens call what a tip came in by."""
    if facts := channels.facts_of(code):
        return str(facts.origin)
    return _(_WITHOUT_CHANNEL[code]) if code in _WITHOUT_CHANNEL else code


def ways_in() -> list[str]:
    """By what a tip can have come in; without simulated channels, but in a demo."""
    by_channel = channels.codes_where(
        lambda channel: (
            channel.can.can_receive and (settings.DEMO or not channel.facts.is_simulated)
        )
    )
    # What an officer took down before it was written how is called by hand.
    return [
        "web",
        FROM_TEAM,
        FROM_PARTNER,
        FROM_INSTALLATION,
        *by_channel,
        *TakenDown.Manner.values,
        BY_HAND,
    ]


def from_afar_notes(language: str, *, outside: bool) -> list[str]:
    """What an officer should know before answering: another province, another language."""
    found = [_("Outside the province")] if outside else []
    if name := language_name_for_desk(language):
        found.append(_("Reads %(language)s") % {"language": name})
    return found


def identity_note(tip: Tip) -> str:
    """Who can know the reporter. A Zalo tip is never called anonymous."""
    facts = channels.facts_of(tip.channel)
    if facts and facts.who_sees_sender:
        return str(facts.who_sees_sender)
    if tip.channel == FROM_TEAM and not tip.identity_holds:
        return _("Handed in on the page of a team; which team and who of it was not written down.")
    if tip.channel == FROM_PARTNER and not tip.identity_holds:
        return _(
            "Passed on from the inbox of a partner, without who wrote it. The reporter reads "
            "answers with a receipt code."
        )
    if tip.channel == "chat":
        return _(
            "Names were covered before it was kept. The officer who was written to, and the chat "
            "company, know the sender."
        )
    if tip.channel in {"phone", "counter"} and not tip.identity_holds:
        return _("No name was given. The officer who took it down met or heard the reporter.")
    if not tip.identity_holds:
        return _(
            "Anonymous: no name and no number was given. The words may still show who it is: "
            "read them so before you tell anybody."
        )
    return _("Sealed with the unit's key; the server cannot read it.")


def sealed_part_names(tip: Tip) -> list[str]:
    """Which parts of an identity are sealed, by name only."""
    names = {
        "name": _("name"),
        "phone": _("phone number"),
        "chat": _("chat account"),
        "email": _("e-mail address"),
        "address": _("address"),
        "raw": _("the message as it came"),
        "id_card": _("identity card"),
    }
    return [names.get(part, part) for part in tip.identity_holds]


def is_from_chat(tip: Tip) -> bool:
    """Whether it came by a channel that can carry an answer back."""
    return tip.channel not in _ANSWERED_ON_THE_PAGE


def answer_place(tip: Tip, channel: str) -> str:
    """Where an answer is read: said beside the box it is written in."""
    if tip.withdrawn_at:
        return _("the reporter took the report back: nobody reads this any more")
    if tip.do_not_contact and is_from_chat(tip):
        # Nothing went there from the moment they asked, the code of a first message neither.
        return _("asked not to be contacted: read only with a receipt code that came before that")
    if tip.do_not_contact:
        return _("asked not to be contacted: read only with the receipt code")
    if channel not in {"", "web"} and tip.urgency != Urgency.P0 and not tip.chat_shows_answers:
        return _("the chat says that there is an answer; read with the receipt code")
    facts = channels.facts_of(channel)
    if facts and facts.answer_goes:
        return str(facts.answer_goes)
    if channel == "web" and is_from_chat(tip):
        return _("the chat's address went when the report ended: read only with the receipt code")
    if channel in {"", "web"}:
        return _("goes out, to the page the receipt code opens")
    return _("goes out, by %(channel)s") % {"channel": channel_name(channel)}
