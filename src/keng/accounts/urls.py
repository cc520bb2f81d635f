"""Addresses of accounts on the desk."""

from django.urls import URLPattern, path

from keng.accounts.desk import named, officers, requests, sessions, set_up, settings, signing
from keng.accounts.public import partners

desk: list[URLPattern] = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-in/code/", signing.sign_in_code, name="sign-in-code"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("settings/", settings.my_settings, name="my-settings"),
    path("settings/sessions/", sessions.my_sessions, name="my-sessions"),
    path("settings/sessions/end/", sessions.session_end, name="session-end"),
    path("settings/sessions/end-others/", sessions.sessions_end_others, name="sessions-end-others"),
    path("settings/theme/", settings.desk_theme, name="desk-theme"),
    path("settings/language/", settings.desk_language, name="desk-language"),
    path("officers/", officers.officers, name="officers"),
    path("officers/new/", officers.officer_add, name="officer-add"),
    path("officers/<uuid:pk>/", officers.officer, name="officer"),
    path("officers/<uuid:pk>/renew/", officers.officer_renew, name="officer-renew"),
    path("officers/<uuid:pk>/close/", officers.officer_close, name="officer-close"),
    path("officers/requests/", requests.officer_requests, name="officer-requests"),
    path("officers/requests/<uuid:pk>/", requests.officer_request, name="officer-request"),
    path(
        "officers/requests/<uuid:pk>/agree/",
        requests.officer_request_agree,
        name="officer-request-agree",
    ),
    path(
        "officers/requests/<uuid:pk>/refuse/",
        requests.officer_request_refuse,
        name="officer-request-refuse",
    ),
    path(
        "officers/requests/<uuid:pk>/half/",
        requests.officer_request_half,
        name="officer-request-half",
    ),
    path(
        "officers/requests/<uuid:pk>/withdraw/",
        requests.officer_request_withdraw,
        name="officer-request-withdraw",
    ),
    path("named/", named.named_officers, name="named-officers"),
    path("named/<uuid:pk>/end/", named.named_officer_end, name="named-officer-end"),
    path("set-up/", set_up.set_up, name="set-up"),
    path("set-up/code/", set_up.set_up_code, name="set-up-code"),
    path("notices/<uuid:pk>/seen/", settings.notice_seen, name="notice-seen"),
    path("posts/<uuid:pk>/end/", officers.post_end, name="post-end"),
]
public: list[URLPattern] = [
    path("partner/sign-in/", partners.partner_sign_in, name="partner-sign-in"),
    path("partner/sign-in/code/", partners.partner_code, name="partner-code"),
    path("partner/password/", partners.partner_password, name="partner-password"),
    path("partner/sign-out/", partners.partner_sign_out, name="partner-sign-out"),
]
