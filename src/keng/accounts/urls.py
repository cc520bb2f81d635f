"""Addresses of accounts on the desk."""

from django.urls import URLPattern, path

from keng.accounts.desk import officers, sessions, settings, signing
from keng.accounts.public import partners

desk: list[URLPattern] = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-in/code/", signing.sign_in_code, name="sign-in-code"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("health/", signing.health, name="desk-health"),
    path("settings/", settings.my_settings, name="my-settings"),
    path("settings/password/", settings.choose_password, name="choose-password"),
    path("settings/sessions/", sessions.my_sessions, name="my-sessions"),
    path("settings/sessions/end/", sessions.end_session, name="session-end"),
    path("settings/sessions/end-others/", sessions.end_others, name="sessions-end-others"),
    path("settings/theme/", settings.set_theme, name="desk-theme"),
    path("settings/language/", settings.set_language, name="desk-language"),
    path("officers/", officers.officers, name="officers"),
    path("officers/new/", officers.add, name="officer-add"),
    path("officers/<uuid:pk>/", officers.officer, name="officer"),
    path("officers/<uuid:pk>/renew/", officers.renew, name="officer-renew"),
    path("posts/<uuid:pk>/end/", officers.end_post, name="post-end"),
]
public: list[URLPattern] = [
    path("partner/sign-in/", partners.sign_in, name="partner-sign-in"),
    path("partner/sign-in/code/", partners.code, name="partner-code"),
    path("partner/password/", partners.password, name="partner-password"),
    path("partner/sign-out/", partners.sign_out, name="partner-sign-out"),
]
