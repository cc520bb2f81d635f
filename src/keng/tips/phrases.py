"""Fixed sentences and names: what a reporter reads, and what channels are called."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from keng.kit.copies import NoCopy
from keng.kit.languages import name_for_desk
from keng.tips.models import TakenDown, Tip

# A suspect can report too, and probe: outside scams the closing sentence says nothing but the end.
_TELLS_MORE = "scam_"
# The web form, begun on a team's page: which team and who of it is nowhere.
FROM_TEAM = "team"
_CHANNELS = {
    "web": gettext_noop("the web form"),
    FROM_TEAM: gettext_noop("a self-management team"),
    "zalo_oa": "Zalo OA",
    "email": gettext_noop("e-mail"),
    "web_push": gettext_noop("push to a device"),
    "sandbox": gettext_noop("the simulated phone"),
    "by_hand": gettext_noop("an officer's hand"),
    "phone": gettext_noop("a phone call"),
    "counter": gettext_noop("the counter"),
    "chat": gettext_noop("a chat message shown to an officer"),
}
# The tiles of the web form (keng.community.report.what), as officers read them.
TOPIC_NAMES = {
    "scam": gettext_noop("Scam"),
    "theft": gettext_noop("Theft, robbery"),
    "violence": gettext_noop("Violence, threats"),
    "child": gettext_noop("Children, missing people"),
    "drugs": gettext_noop("Drugs, gambling"),
    "loan": gettext_noop("Loan sharks"),
    "fire": gettext_noop("Fire, weapons, traffic"),
    "other": gettext_noop("Something else"),
}
# Where the reporters themselves tapped a tile.
_TAPPED = ("web", FROM_TEAM)
# Neither the form nor an officer who took it down can carry an answer back.
_ANSWERED_ON_THE_PAGE = (*TakenDown.Manner.values, *_TAPPED)


def tapped_topic(topic: str, channel: str) -> str:
    """The tile that a reporter tapped, in words; empty where nobody tapped one."""
    name = TOPIC_NAMES.get(topic) if channel in _TAPPED else None
    return _(name) if name else ""


def closing_sentence(tip: Tip) -> str:
    """What a reporter is told when a tip is closed without words of an officer's own."""
    if not tip.category.startswith(_TELLS_MORE):
        return _("We have finished with your report and closed it. Thank you for telling us.")
    return {
        Tip.Outcome.SOLVED: _("What you reported has been cleared up. Thank you for telling us."),
        Tip.Outcome.PREVENTED: _("Your report helped to stop this. Thank you for telling us."),
        Tip.Outcome.HANDED_OVER: _(
            "We have handed your report to the police unit in charge of such cases and "
            "closed it here."
        ),
        Tip.Outcome.WARNED: _(
            "Your report led to a public warning, so that others are not deceived. Thank you."
        ),
    }.get(
        Tip.Outcome(tip.outcome),
        _("We have finished with your report and closed it. Thank you for telling us."),
    )


def danger_first() -> str:
    """What whoever tells of danger in a later message is answered at once."""
    return _(
        "If anybody is in danger now, call 113 at once; do not wait for an answer here. If you "
        "cannot speak, write where you are."
    )


def bank_first() -> str:
    """What whoever tells that money has just gone reads before anything else."""
    page = f"{settings.PUBLIC_URL}/first-hour/"
    return _(
        "If money has just left your account, call your bank now, on the number on the back of "
        "your card or in its app: ask them to stop the transfer and to block the account it went "
        "to. Five things to do, in this order: %(page)s"
    ) % {"page": page}


def not_shown_sentence(reason: NoCopy) -> str:
    """What a reporter is told of a picture that no officer can look at, and what helps."""
    if reason == NoCopy.TOO_LARGE:
        return _(
            "A picture you sent cannot be opened here: it is too large. It stays sealed with your "
            "report. If you can, send a screenshot of it or a smaller picture."
        )
    if reason == NoCopy.UNKNOWN:
        return _(
            "A picture you sent cannot be opened here: it is of a kind that this site cannot show. "
            "It stays sealed with your report. If you can, send it as JPEG, or a screenshot of it."
        )
    if reason == NoCopy.BROKEN:
        return _(
            "A picture you sent cannot be opened here: it is damaged or did not come whole. It "
            "stays sealed with your report. If you can, send it again, or a screenshot of it."
        )
    return _(
        "A picture you sent cannot be opened here; that is our fault. It stays sealed with your "
        "report. If you can, send it once more."
    )


def suspended_sentence() -> str:
    """What a reporter is told when a tip is suspended; the officer may change it."""
    return _(
        "We suspend work on your report for now: we are waiting for something that others have to "
        "bring. Your report stays with us. As soon as we go on, we tell you here."
    )


def resumed_sentence() -> str:
    """What a reporter is told when a suspended tip is taken up again."""
    return _("We have taken up your report again and go on with it.")


def channel_name(code: str) -> str:
    """How the screens call a channel."""
    return _(_CHANNELS[code]) if code in _CHANNELS else code


def from_afar(language: str, *, outside: bool) -> list[str]:
    """What an officer should know before answering: another province, another language."""
    found = [_("Outside the province")] if outside else []
    if name := name_for_desk(language):
        found.append(_("Reads %(language)s") % {"language": name})
    return found


def identity_note(tip: Tip) -> str:
    """Who can know the reporter. A Zalo tip is never called anonymous."""
    if tip.channel == "zalo_oa":
        return _("Sealed here; Zalo and whoever manages the official account can see who wrote.")
    if tip.channel == "sandbox":
        return _("Sealed here. A simulated phone: nobody stands behind it.")
    if tip.channel == FROM_TEAM and not tip.identity_holds:
        return _("Handed in on the page of a team; which team and who of it was not written down.")
    if tip.channel == "chat":
        return _(
            "Names were covered before it was kept. The officer who was written to, and the chat "
            "company, know the sender."
        )
    if tip.channel in {"phone", "counter"} and not tip.identity_holds:
        return _("No name was given. The officer who took it down met or heard the reporter.")
    if not tip.identity_holds:
        return _("Anonymous: nothing was given that could name the reporter.")
    return _("Sealed with the unit's key; the server cannot read it.")


def held_names(tip: Tip) -> list[str]:
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


def outgoing_place(tip: Tip, channel: str) -> str:
    """Where an answer is read: said beside the box it is written in."""
    if tip.withdrawn_at:
        return _("the reporter took the report back: nobody reads this any more")
    if tip.do_not_contact:
        return _("asked not to be contacted: read only with the receipt code")
    if channel == "zalo_oa":
        return _("goes out, to the reporter's Zalo")
    if channel == "web" and is_from_chat(tip):
        return _("the chat's address went when the report ended: read only with the receipt code")
    if channel in {"", "web"}:
        return _("goes out, to the page the receipt code opens")
    return _("goes out, by %(channel)s") % {"channel": channel_name(channel)}


def decline_reply(kind: str, tip: Tip) -> str:
    """What the reporter will read; the officer may change it. Call it in their language."""
    unit = tip.responsible_unit.name
    return {
        "procedure": _(
            "Thank you for asking. This is a question of procedure: "
            "you can settle it on VNeID or the "
            "national public service portal, or at the one-stop office of your commune in office "
            "hours. We close this report; if something unsafe happens, write to us again."
        ),
        "civil": _(
            "Thank you for writing. This looks like a dispute between people, which the mediation "
            "team of your neighbourhood or a court can settle. If somebody threatens or hurts "
            "anyone, call 113 or write to us again."
        ),
        "municipal": _(
            "Thank you for telling us. Lights, rubbish and roads are looked after by the People's "
            "Committee of your commune; please tell them. We close this report here."
        ),
        "official": _(
            "Thank you for telling us. A report about officers is not handled by the unit it is "
            "about: it has been passed to the unit above, and this desk no longer sees it. You can "
            "follow it with the same receipt code."
        ),
        "not_checkable": _(
            "Thank you for writing. With what we have we cannot check this: "
            "we would need a place, a "
            "time, a number or a link. We close the report for now; if you know more, open it with "
            "your receipt code and write to us."
        ),
        "out_of_scope": _(
            "Thank you for writing. %(unit)s handles public safety only, and what you wrote is "
            "outside of that. Its content is no longer readable here and will be destroyed in 7 "
            "days. If you do not agree, you can object once within these 7 days with your receipt "
            "code; then the unit above decides."
        )
        % {"unit": unit},
    }[kind]
