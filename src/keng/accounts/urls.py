"""Addresses of accounts on the desk."""

from django.urls import URLPattern, path

from keng.accounts.desk import officers, requests, sessions, set_up, settings, signing
from keng.accounts.public import partners

desk: list[URLPattern] = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-in/code/", signing.sign_in_code, name="sign-in-code"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("settings/", settings.my_settings, name="my-settings"),
    path("settings/sessions/", sessions.my_sessions, name="my-sessions"),
    path("settings/sessions/end/", sessions.end_session, name="session-end"),
    path("settings/sessions/end-others/", sessions.end_others, name="sessions-end-others"),
    path("settings/theme/", settings.set_theme, name="desk-theme"),
    path("settings/language/", settings.set_language, name="desk-language"),
    path("officers/", officers.officers, name="officers"),
    path("officers/new/", officers.add, name="officer-add"),
    path("officers/<uuid:pk>/", officers.officer, name="officer"),
    path("officers/<uuid:pk>/renew/", officers.renew, name="officer-renew"),
    path("officers/<uuid:pk>/close/", officers.close, name="officer-close"),
    path("officers/requests/", requests.requests, name="officer-requests"),
    path("officers/requests/<uuid:pk>/", requests.request_page, name="officer-request"),
    path("officers/requests/<uuid:pk>/agree/", requests.agree, name="officer-request-agree"),
    path("officers/requests/<uuid:pk>/refuse/", requests.refuse, name="officer-request-refuse"),
    path("officers/requests/<uuid:pk>/half/", requests.half, name="officer-request-half"),
    path(
        "officers/requests/<uuid:pk>/withdraw/", requests.withdraw, name="officer-request-withdraw"
    ),
    path("set-up/", set_up.set_up, name="set-up"),
    path("set-up/code/", set_up.set_up_code, name="set-up-code"),
    path("notices/<uuid:pk>/seen/", settings.see_notice, name="notice-seen"),
    path("posts/<uuid:pk>/end/", officers.end_post, name="post-end"),
]
public: list[URLPattern] = [
    path("partner/sign-in/", partners.sign_in, name="partner-sign-in"),
    path("partner/sign-in/code/", partners.code, name="partner-code"),
    path("partner/password/", partners.password, name="partner-password"),
    path("partner/sign-out/", partners.sign_out, name="partner-sign-out"),
]
