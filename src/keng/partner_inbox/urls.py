"""Addresses of partners' inboxes: on the public site alone."""

from django.urls import URLPattern, path

from keng.partner_inbox.public import asking_pages, member_pages

public: list[URLPattern] = [
    path("partners/<uuid:pk>/write/", asking_pages.partner_ask, name="partner-ask"),
    path("partners/written/", asking_pages.partner_asked, name="partner-asked"),
    path("partners/answer/", asking_pages.partner_answer, name="partner-answer"),
    path("partners/answer/write/", asking_pages.partner_answer_write, name="partner-answer-write"),
    path(
        "partners/answer/consent/",
        asking_pages.partner_answer_consent,
        name="partner-answer-consent",
    ),
    path(
        "partners/answer/withdraw/",
        asking_pages.partner_answer_withdraw,
        name="partner-answer-withdraw",
    ),
    # Below /partner/ only members get in (accounts.partner_middleware).
    path("partner/inbox/", member_pages.partner_inbox, name="partner-inbox"),
    path("partner/inbox/key/", member_pages.partner_inbox_key, name="partner-inbox-key"),
    path("partner/inbox/unlock/", member_pages.partner_inbox_unlock, name="partner-inbox-unlock"),
    path("partner/inbox/lock/", member_pages.partner_inbox_lock, name="partner-inbox-lock"),
    path(
        "partner/inbox/settings/",
        member_pages.partner_inbox_settings,
        name="partner-inbox-settings",
    ),
    path(
        "partner/inbox/keys/<uuid:pk>/let-in/",
        member_pages.partner_inbox_let_in,
        name="partner-inbox-let-in",
    ),
    path(
        "partner/inbox/keys/<uuid:pk>/end/",
        member_pages.partner_inbox_end_key,
        name="partner-inbox-end-key",
    ),
    path("partner/inbox/<uuid:pk>/", member_pages.partner_matter, name="partner-matter"),
]
