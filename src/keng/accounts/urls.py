"""Addresses of accounts on the desk."""

from django.urls import URLPattern, path

from keng.accounts.desk import (
    named,
    officers,
    passkeys,
    requests,
    screen,
    sessions,
    set_up,
    settings,
    signing,
)
from keng.accounts.public import partner_passkeys, partner_sessions, partners

desk: list[URLPattern] = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-in/code/", signing.sign_in_code, name="sign-in-code"),
    path("sign-in/passkey/", signing.sign_in_passkey, name="sign-in-passkey"),
    path(
        "sign-in/passkey/options/", signing.sign_in_passkey_options, name="sign-in-passkey-options"
    ),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("settings/", settings.my_settings, name="my-settings"),
    path("settings/passkeys/", passkeys.my_passkeys, name="my-passkeys"),
    path("settings/passkeys/new/", passkeys.passkey_new, name="passkey-new"),
    path("settings/passkeys/add/", passkeys.passkey_add, name="passkey-add"),
    path("settings/passkeys/options/", passkeys.passkey_options, name="passkey-options"),
    path("settings/passkeys/<uuid:pk>/name/", passkeys.passkey_rename, name="passkey-rename"),
    path("settings/passkeys/<uuid:pk>/remove/", passkeys.passkey_remove, name="passkey-remove"),
    path("settings/screen-lock/", screen.my_pin, name="my-pin"),
    path("screen/", screen.screen_locked, name="screen-locked"),
    path("screen/lock/", screen.screen_lock_now, name="screen-lock"),
    path("screen/awake/", screen.screen_awake, name="screen-awake"),
    path("screen/unlock/", screen.screen_unlock, name="screen-unlock"),
    path("screen/unlock/options/", screen.screen_unlock_options, name="screen-unlock-options"),
    path("settings/sessions/", sessions.my_sessions, name="my-sessions"),
    path("settings/sessions/end/", sessions.session_end, name="session-end"),
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
    path(
        "partner/sign-in/passkey/", partners.partner_sign_in_passkey, name="partner-sign-in-passkey"
    ),
    path(
        "partner/sign-in/passkey/options/",
        partners.partner_passkey_options,
        name="partner-passkey-options",
    ),
    path("partner/sessions/", partner_sessions.partner_sessions, name="partner-sessions"),
    path("partner/sessions/end/", partner_sessions.partner_session_end, name="partner-session-end"),
    path("partner/passkeys/", partner_passkeys.partner_passkeys, name="partner-passkeys"),
    path("partner/passkeys/new/", partner_passkeys.partner_passkey_new, name="partner-passkey-new"),
    path("partner/passkeys/add/", partner_passkeys.partner_passkey_add, name="partner-passkey-add"),
    path(
        "partner/passkeys/<uuid:pk>/name/",
        partner_passkeys.partner_passkey_rename,
        name="partner-passkey-rename",
    ),
    path(
        "partner/passkeys/<uuid:pk>/remove/",
        partner_passkeys.partner_passkey_remove,
        name="partner-passkey-remove",
    ),
    path("partner/password/", partners.partner_password, name="partner-password"),
    path("partner/sign-out/", partners.partner_sign_out, name="partner-sign-out"),
]
