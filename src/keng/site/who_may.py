"""Which pages of the desk a role may open, and where each role begins.

A page that is not for a role is refused before anything is read, in words, and no menu leads there.
What the table lets through is narrowed by each view and each act: to units, to one's own, to a
second person. docs/who-may.md is printed from here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from keng.accounts import who
from keng.accounts.models import Officer
from keng.accounts.who import (
    ADMINISTERING,
    AGREEING_TO_ERASURE,
    AGREEING_TO_HOLDS,
    AGREEING_TO_IMPORTS,
    AGREEING_TO_PERIODS,
    AGREEING_TO_TRANSFERS,
    AGREEING_TO_WAIVERS,
    ANSWERING_DATA_REQUESTS,
    AUDITING,
    COORDINATING,
    COUNTING,
    HANDING_OVER,
    HEARING_OBJECTIONS,
    INVITING,
    NAMING,
    OVERSEEING,
    PROPOSING_IMPORTS,
    PROPOSING_PERIODS,
    PROVINCE_WORKING,
    READING_BREACHES,
    READING_DATA_REQUESTS,
    READING_IMPORTS,
    READING_PERIODS,
    RECORDING_BREACHES,
    RECUSING,
    SECOND_FOR_OPENING,
    SEEING_ACCOUNTS,
    SEEING_HOLDERS,
    SIGNING,
    VOUCHING,
    WORKING,
    Role,
    Who,
)
from keng.acts.act import ACTS
from keng.kit.refused_tries import RefusedTry, note_refused_try
from keng.partners.members_right import MEMBER


def _names(text: str) -> frozenset[str]:
    """The names of pages that stand in a text, apart by blanks."""
    return frozenset(text.split())


HOME_PAGE = "desk-home"
# Signing in and out, what is one's own, and the first page, which leads on to the role's own one.
PAGES_OF_EVERYBODY = _names("""
    sign-in sign-in-code sign-in-passkey sign-in-passkey-options sign-out
    set-up set-up-code push-worker take-down-shared desk-manifest desk-home
    notice-seen my-settings desk-theme desk-language
    my-pin screen-locked screen-lock screen-awake screen-unlock screen-unlock-options
    my-passkeys passkey-new passkey-add passkey-options passkey-rename passkey-remove
    my-sessions session-end
    pagers pager-device pager-switch pager-test pager-test-now
    waiting keys call-link
    tour-close style style-home
    """)
_PAGES: tuple[tuple[Who, str], ...] = (
    (
        WORKING,
        """
    alarm changes inbox inbox-news tip-go tips-map find
    tip tip-now tip-accept tip-duplicate tip-route tip-decline tip-sort tip-rate tip-outcome
    tip-close tip-reopen tip-separate tip-reply tip-note tip-tick tip-untick tip-set-aside
    tip-critical tip-suspend tip-resume suspended bulk bulk-undo together together-undo
    decision-undo reply-withdraw
    answers answer-write answer-retire take-down take-down-chat take-down-keep
    incidents incident incident-rows incident-answer incident-outcome incident-close
    incident-rename incident-withdraw same-indicator sighting-role attachment attachment-play
    attachment-copy attachment-cover attachment-quarantine
    waves wave wave-dismiss wave-take-back search search-keep search-remove
    listing listing-propose listing-refuse listing-end
    warnings warning-new warning-audience warning-detail warning-before-after warning-edit
    warning-submit warning-approve warning-call warning-recall
    warning-recall-refuse warning-recall-withdraw warning-held
    patterns pattern-new pattern pattern-end pattern-send pattern-review
    dispatch dispatch-cancel dispatch-resend dispatch-resend-missed dispatch-export
    dispatch-lags-seen dispatch-coverage coverage coverage-place
    tip-open opening opening-state opening-share opening-give opening-open opening-withdraw
    resharing resharing-share resharing-give
    my-opening-key opening-key-make opening-key-passkey opening-key-phrase opening-key-retire
    tip-break-in tip-narrow tip-widen tip-recuse named-officers tip-hold hold-end
    tip-transfer transfer-write transfer-return transfer-file transfer-take-in
    data-request-at-desk
    rota shift-remove hand-outs hand-out-link hand-out-done reminders lead-remind relay-seen
    relay-rooms-told lead-way-edit lead-erase place-take-on
    groups group-new groups-import groups-take-over groups-template groups-export groups-missing
    account-groups account-groups-ask account-group-make account-group-take-over
    groups-targets group-edit group-active team team-shift team-ask team-shift-end team-ask-end
    leads lead-new lead-edit lead-link lead-link-show lead-stop leads-import leads-take-over
    subscriptions
    establishments establishments-missing establishment-new establishments-import
    establishments-take-over establishment-edit establishment-open
    hamlets hamlet-new hamlet-edit hamlets-import hamlets-take-over
    leads-example establishments-example hamlets-example
    desk-claims claim-new claim-detail claim-write claim-publish claim-answer
    claim-outside claim-withdraw
    questions question question-opinion question-move
    meetings meeting desk-channels desk-channels-check desk-channel
    desk-surveys survey-new survey-detail survey-edit survey-question-new survey-question-edit
    survey-order survey-submit survey-preview survey-approve survey-send-back survey-open
    survey-close survey-slips survey-texts survey-publish survey-release
    survey-paper-new survey-sheet survey-sheet-end
    thanks-list thanks-new thanks
    model-offers model-offer model-new model-withdraw copied-rota
    desk-lessons collection-new lesson-new desk-lesson lesson-edit films film-new film
    film-discard desk-film-play desk-film-poster desk-film-captions pledges pledge-new pledge
    pledge-link first-hours first-hour-new first-hour-text
    dashboard-list dashboard-warnings dashboard-deliveries dashboard-relays dashboard-incidents
    report-rows imported-tips imported-warnings
    """,
    ),
    (PROVINCE_WORKING, "official-alert official-alert-dismiss yearly-list"),
    (HANDING_OVER, "tip-hand-over"),
    (NAMING, "named-officer-end"),
    (SEEING_HOLDERS, "key-holders"),
    (SEEING_ACCOUNTS, "channel-accounts"),
    (SECOND_FOR_OPENING, "opening-approve opening-refuse"),
    (RECUSING, "recusal-end"),
    (AGREEING_TO_HOLDS, "hold-decide hold-end-decide"),
    (AGREEING_TO_TRANSFERS, "transfer-decide"),
    (OVERSEEING, "break-ins break-in-read"),
    (HEARING_OBJECTIONS, "listings listing-dispute dispute-file"),
    (
        COUNTING,
        """
    dashboard reports report-draft report report-charts report-docx report-xlsx report-pdf
    """,
    ),
    (SIGNING, "report-publish report-paper"),
    (
        INVITING,
        """
    desk-partners partner-invite desk-partner partner-close member-close member-agree kit-accept
    """,
    ),
    (COORDINATING, "desk-article"),
    (ADMINISTERING, "officers officer-add officer officer-renew officer-close post-end"),
    (
        VOUCHING,
        """
    officer-requests officer-request officer-request-agree officer-request-refuse
    officer-request-half officer-request-withdraw
    """,
    ),
    (READING_DATA_REQUESTS, "data-requests data-request consents"),
    (
        ANSWERING_DATA_REQUESTS,
        """
    data-request-acknowledge data-request-extend data-request-ask-desk data-request-decide
    data-request-lift
    """,
    ),
    (AGREEING_TO_ERASURE, "data-request-agree"),
    (READING_PERIODS, "retention period-stop"),
    (PROPOSING_PERIODS, "period-new"),
    (AGREEING_TO_PERIODS, "period-decide"),
    (READING_IMPORTS, "imports import-batch import-withdraw"),
    (PROPOSING_IMPORTS, "import-new import-example import-refused"),
    (AGREEING_TO_IMPORTS, "import-decide"),
    (READING_BREACHES, "breaches breach breach-form breach-form-docx breach-form-pdf"),
    (
        RECORDING_BREACHES,
        """
    breach-new breach-assess breach-file breach-waive breach-tell breach-close
    processing-register processing-register-export
    """,
    ),
    (AGREEING_TO_WAIVERS, "breach-waiver-decide"),
    (AUDITING, "audit"),
)
PAGE_RIGHTS: Mapping[str, Who] = {name: each for each, names in _PAGES for name in _names(names)}


def act_rights() -> dict[str, Who]:
    """Who may do what, as `area.module.function`, of every area whose modules are loaded.

    What the members of partners do is not an officer's: members_acts.
    """
    rights = {}
    for path, row in ACTS.items():
        if isinstance(row.may, Who):
            rights[_short_name(path)] = row.may
    return rights


def members_acts() -> list[str]:
    """What members of a partner do, over what is their own partner's."""
    return sorted(_short_name(path) for path, row in ACTS.items() if row.may is MEMBER)


def _short_name(path: str) -> str:
    _keng, area, *_folders, module, function = path.split(".")
    return f"{area}.{module}.{function}"


# Where a role begins: the first of these that it may open.
_BEGINNINGS = ("inbox", "audit", "officers", "desk-partners", "my-settings")


def may_open(officer: Officer, page: str) -> bool:
    """Whether one of the officer's posts is for the page of this name."""
    known = PAGE_RIGHTS.get(page)
    return page in PAGES_OF_EVERYBODY if known is None else known.includes(officer)


def home_of(officer: Officer) -> str:
    """The name of the page the officer begins with."""
    return next(page for page in _BEGINNINGS if may_open(officer, page))


class OnlyPagesOfTheRole:
    """Refuse a page that is none of the officer's work, and lead from the first page to theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """The answer in place of the page, or none."""
        officer: Officer | None = getattr(request, "officer", None)
        page = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if officer is None:
            return None
        if page == HOME_PAGE:
            return redirect(home_of(officer))
        if may_open(officer, page):
            return None
        note_refused_try(RefusedTry.NO_RIGHT, f"page {page}", role=officer.role_names)
        context = {"home": home_of(officer)}
        return render(request, "errors/not_your_work.html", context, status=403)


_PREFACE = (
    "Printed from `src/keng/accounts/who.py`, the rows of acts (`acts.py` of each area) and"
    " `src/keng/site/who_may.py`. A test holds it to them (`PRINT_WHO_MAY=1` before `pytest"
    " src/keng/site/tests/test_who_may.py` prints it anew), and another one tries every act and"
    " every page with every role. _own_: for the own desk; _own + below_: also for the desks below"
    " a province's; _province_, _commune_: only there. What a set lets through is narrowed further"
    " where it is done: to one's own, to a second person."
)


def as_markdown() -> str:
    """docs/who-may.md."""
    sets = {name: each for name, each in vars(who).items() if isinstance(each, Who)}
    lines = [
        "# Who may do what",
        "",
        _PREFACE,
        "",
        "| set | " + " | ".join(role.value for role in Role) + " | what for |",
        "|---" * (len(Role) + 2) + "|",
    ]
    for name, each in sets.items():
        cells = (role_cell(each, role) for role in Role)
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {each.about} |")
    for title, rights in (("Acts", act_rights()), ("Pages", PAGE_RIGHTS)):
        lines += ["", f"## {title}"]
        for name, each in sets.items():
            theirs = sorted(one for one, whose in rights.items() if whose is each)
            if theirs:
                lines += ["", f"**{name}**: " + ", ".join(f"`{one}`" for one in theirs)]
    mine = ", ".join(f"`{one}`" for one in sorted(PAGES_OF_EVERYBODY))
    members = ", ".join(f"`{one}`" for one in members_acts())
    lines += ["", f"**Everybody who is signed in**: {mine}"]
    lines += ["", "## Acts of a partner's members, over what is their partner's", "", members, ""]
    return "\n".join(lines)


def role_cell(each: Who, role: Role) -> str:
    """At which desks and how far, for one role of a set."""
    found = []
    for rule in each.rules:
        if role not in rule.roles:
            continue
        where = f"{rule.at}: " if rule.at else ""
        reach = "own + below" if who.Over.BELOW in rule.over else "own"
        found.append(where + reach + (", full desk" if rule.with_full_desk else ""))
    return "; ".join(dict.fromkeys(found)) or "–"
