"""Django's settings for every process; KENG_PROCESS says which one this is."""

import os

from django.utils.translation import gettext_lazy as _

from keng.kit.bare_headers import HSTS_SECONDS
from keng.kit.database import data_folder, django_database, replica_database, this_process
from keng.kit.demo_hook import running_demo
from keng.kit.secrets import derive_key
from keng.kit.static_names import are_collected, static_folder

PROCESS = this_process()
# Before anything is made: a demo without its tools is refused.
_demo = running_demo()
DEBUG = os.environ.get("KENG_DEBUG", "") == "1"
DEMO = os.environ.get("KENG_DEMO", "") == "1"
SECRET_KEY = derive_key("django").hex()
ALLOWED_HOSTS = os.environ.get("KENG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("KENG_ORIGINS", "").split(",") if o]
# The proxy in front terminates TLS and sets this header; without a proxy leave it unset.
BEHIND_TLS = os.environ.get("KENG_BEHIND_TLS", "") == "1"
PUBLIC_PORT = int(os.environ.get("KENG_PUBLIC_PORT", "8000"))
PUBLIC_URL = os.environ.get("KENG_PUBLIC_URL", f"http://localhost:{PUBLIC_PORT}").rstrip("/")
DESK_PORT = int(os.environ.get("KENG_DESK_PORT", "8001"))
EDGE_PORT = int(os.environ.get("KENG_EDGE_PORT", "8002"))
DESK_URL = os.environ.get("KENG_DESK_URL", f"http://localhost:{DESK_PORT}").rstrip("/")
# The same site within Tor; only the public site answers to it.
ONION_URL = os.environ.get("KENG_ONION_URL", "").rstrip("/")
if ONION_URL and PROCESS == "public":
    ALLOWED_HOSTS.append(ONION_URL.partition("://")[2])
# Where "Quick exit" leads; empty: to a page of our own with a calendar, since naming another site
# would tell that site who comes from here.
EXIT_URL = os.environ.get("KENG_EXIT_URL", "")
# Called together with commune and province when a critical tip comes in; empty: nobody.
EMERGENCY_EMAIL = os.environ.get("KENG_EMERGENCY_EMAIL", "")
# Within so many days whoever objects to a listing of the public look-up gets an answer.
SUBSCRIBE_NETWORK_HOURLY = int(os.environ.get("KENG_SUBSCRIBE_NETWORK_HOURLY", "20"))
SUBSCRIBE_HOURLY = int(os.environ.get("KENG_SUBSCRIBE_HOURLY", "300"))
DISPUTE_DAYS = int(os.environ.get("KENG_DISPUTE_DAYS", "10"))
# How many warnings that are not urgent one group gets before one more needs a reason.
WARNINGS_A_WEEK = int(os.environ.get("KENG_WARNINGS_A_WEEK", "3"))
WARNINGS_A_MONTH = int(os.environ.get("KENG_WARNINGS_A_MONTH", "10"))
# How many of them reach a subscriber who chose no other number; 0: all of them.
SUBSCRIBER_WARNINGS_A_WEEK = int(os.environ.get("KENG_SUBSCRIBER_WARNINGS_A_WEEK", "3"))
# Whether six digits do where a second person lets something out; otherwise it takes a passkey.
APPROVE_WITH_CODE = os.environ.get("KENG_APPROVE_WITH_CODE") == "1"
# A desk at which nobody was for so long is covered; 0: only when somebody presses the button.
SCREEN_LOCK_MINUTES = int(os.environ.get("KENG_SCREEN_LOCK_MINUTES", "10"))
DATA_FOLDER = data_folder()
# The name of the public log: by the specification its address, without the scheme.
LOG_ORIGIN = os.environ.get("KENG_LOG_ORIGIN") or PUBLIC_URL.partition("://")[2] + "/log"
LOG_WITNESSES = os.environ.get("KENG_LOG_WITNESSES", "")
# The code of the province whose public summary is signed and served; empty: none is.
SUMMARY_PROVINCE = os.environ.get("KENG_SUMMARY_PROVINCE", "")
# Who is named as the sender in CAP files; empty: the name of the public site.
CAP_SENDER = os.environ.get("KENG_CAP_SENDER", "")
# Official sources whose alerts the province's desk reads; empty: nobody is asked.
CAP_SOURCES = os.environ.get("KENG_CAP_SOURCES", "")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "keng.kit",
    "keng.limits",
    "keng.leases",
    "keng.audit",
    "keng.public_log",
    "keng.places",
    "keng.accounts",
    "keng.releases",
    "keng.vault",
    "keng.files",
    "keng.network",
    "keng.lookup",
    "keng.delivery",
    "keng.relay",
    "keng.duty",
    "keng.tips",
    "keng.alarms",
    "keng.decisions",
    "keng.intake",
    "keng.openings",
    "keng.transfers",
    "keng.dialogue",
    "keng.consent",
    "keng.data_requests",
    "keng.retention",
    "keng.imported",
    "keng.incidents",
    "keng.lookup_pages",
    "keng.inbox",
    "keng.warnings",
    "keng.claims",
    "keng.surveys",
    "keng.lessons",
    "keng.thanks",
    "keng.model_offers",
    "keng.partners",
    "keng.partner_inbox",
    "keng.reports",
    "keng.audit_page",
    "keng.breaches",
    "keng.waiting",
    "keng.community",
]
if _demo:
    INSTALLED_APPS.append(_demo.APP)
AUTH_USER_MODEL = "accounts.Officer"
DATABASES = {"default": django_database(PROCESS), **replica_database(PROCESS)}
# A replica that is further behind is not read.
REPLICA_BEHIND_SECONDS = int(os.environ.get("KENG_REPLICA_BEHIND_SECONDS", "30"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_FIRST = [
    "django.middleware.security.SecurityMiddleware",
    # Before the files: a picture that is opened by itself has the policy, too.
    "keng.site.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before anything reads a cookie.
    "keng.site.cookie_names.CookieNames",
]
PUBLIC_MIDDLEWARE = [
    *_FIRST,
    "keng.site.onion.OnionAddress",
    # Before the cookie against forged forms is read.
    "keng.community.public.quick_exit.LateQuickExit",
    "django.middleware.locale.LocaleMiddleware",
    "keng.site.errors.TooManyAtOnce",
    "keng.site.errors.BodyNotTaken",
    "keng.site.partial_languages.PartialLanguages",
    "keng.site.bad_addresses.RefuseBadAddresses",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "keng.accounts.partner_middleware.PartnerMiddleware",
    "keng.partners.public.count_openings.CountOpenings",
    "keng.site.refused_acts.RefusedActs",
]
DESK_MIDDLEWARE = [
    *_FIRST,
    "keng.site.errors.TooManyAtOnce",
    "keng.site.errors.BodyNotTaken",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "keng.site.bad_addresses.RefuseBadAddresses",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "keng.accounts.middleware.OfficerMiddleware",
    "keng.site.who_may.OnlyPagesOfTheRole",
    "keng.site.refused_acts.RefusedActs",
]
IS_DESK = PROCESS == "desk"
MIDDLEWARE = DESK_MIDDLEWARE if IS_DESK else PUBLIC_MIDDLEWARE
ROOT_URLCONF = "keng.site.desk_urls" if IS_DESK else "keng.site.public_urls"
INBOUND_HANDLERS = "keng.site.inbound_order.inbound_handlers"

# Sites on one host differ only in port, which cookies ignore: so their names differ.
SESSION_COOKIE_NAME = "keng_desk"
SESSION_ENGINE = "keng.accounts.sessions"
CSRF_COOKIE_NAME = "keng_desk_csrf" if IS_DESK else "keng_csrf"
LANGUAGE_COOKIE_NAME = "keng_language"
SESSION_COOKIE_SAMESITE = "Strict"
# Somebody who is writing a report and follows a link from a chat must not lose the form's token.
CSRF_COOKIE_SAMESITE = "Strict" if IS_DESK else "Lax"
CSRF_COOKIE_HTTPONLY = True
# A day: as long as the longest of what one writes here is kept, and no trace of a visit for a year.
# Each page with a form renews it.
CSRF_COOKIE_AGE = 24 * 3600
# At the most, from the sign-in on (keng.accounts.sessions); who is halfway signed in has less.
SESSION_COOKIE_AGE = 12 * 3600
# Toasts name tips: they stay in the session, not in a cookie of the browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
if BEHIND_TLS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = HSTS_SECONDS
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = [
    # SECURE_SSL_REDIRECT: the proxy in front sends to https whoever comes in clear. Here it would
    # send a monitor of this machine and the onion address to addresses that they do not have.
    "security.W008",
    # XFrameOptionsMiddleware: SecurityHeaders says who may frame what, page by page.
    "security.W002",
    # SECURE_HSTS_PRELOAD: a name on the browsers' list is not off it for months. Whose name it is
    # decides that, and says so in the proxy's header.
    "security.W021",
]
# Not no-referrer: forms would then be sent with the origin "null", which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "keng.site.errors.csrf_failure"

PASSWORD_HASHERS = ["keng.accounts.password_checks.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "keng.accounts.password_words.WordsTriedFirst"},
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "keng.kit.template_loaders.FilesystemLoader",
                        "keng.kit.template_loaders.AppDirectoriesLoader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "keng.site.context.site_context",
                *([_demo.CONTEXT_PROCESSOR] if _demo else []),
            ],
            "builtins": [
                "keng.kit.templatetags.keng",
                "keng.tips.templatetags.reporter_times",
                "django.templatetags.i18n",
            ],
        },
    },
]
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
FORM_RENDERER = "keng.kit.form_renderer.FormRenderer"
TEMPLATES[0]["DIRS"] = [os.path.join(PACKAGE, "templates")]  # noqa: PTH118
STATICFILES_DIRS = [os.path.join(PACKAGE, "static")]  # noqa: PTH118
LOCALE_PATHS = [os.path.join(PACKAGE, "locale")]  # noqa: PTH118
STATIC_URL = "/static/"
STATIC_ROOT = static_folder()
_names_have_hashes = are_collected() and not DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _names_have_hashes
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _names_have_hashes
WHITENOISE_AUTOREFRESH = DEBUG
# A name that is not in the list leads to the file itself: no page fails for a picture.
WHITENOISE_MANIFEST_STRICT = False

LANGUAGE_CODE = "vi"
LANGUAGES = [
    ("vi", _("Vietnamese")),
    ("en", _("English")),
    # Only the pages that keng.site.partial_languages names; every other one answers in English.
    ("zh-hans", _("Chinese")),
    ("ko", _("Korean")),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_THOUSAND_SEPARATOR = False

# Photos and short films of a report are encrypted while they arrive; larger ones get a clear error.
# A form without its files lies in memory while it comes. At the desk one carries a whole sheet or
# picture from one page to the next.
DATA_UPLOAD_MAX_MEMORY_SIZE = (2048 if IS_DESK else 512) * 1024
# Files wait in one folder until the report that names them is sent; so much of the disk stays free.
UPLOADS_BYTES = int(os.environ.get("KENG_UPLOADS_MB", "4096")) * 1024 * 1024
DISK_FLOOR_BYTES = int(os.environ.get("KENG_DISK_FLOOR_MB", "1024")) * 1024 * 1024
# What one network of residents may send in a day; officers' films and sheets are not counted.
_DAY_MB = int(os.environ.get("KENG_NETWORK_FILES_MB_A_DAY", "1024"))
NETWORK_DAY_BYTES = 0 if IS_DESK else _DAY_MB * 1024 * 1024
# Of the disk, for files of reports that nobody has read yet.
UNREAD_FILES_PERCENT = int(os.environ.get("KENG_UNREAD_FILES_PERCENT", "20"))
FILE_UPLOAD_HANDLERS = ["keng.kit.uploads.SealedUploadHandler"]

# No request line, no address, no form field is ever logged.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "keng.kit.logs.LogLines"}},
    "filters": {"scrub": {"()": "keng.kit.logs.ScrubSecrets"}},
    "handlers": {
        "stderr": {
            "class": "keng.kit.logs.FoldRepeats",
            "formatter": "lines",
            "filters": ["scrub"],
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
    },
}
