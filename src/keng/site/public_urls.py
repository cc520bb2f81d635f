"""The public site's addresses. The desk does not exist here."""

from django.conf import settings
from django.urls import URLPattern, URLResolver

import keng.accounts.urls
import keng.claims.urls
import keng.community.urls
import keng.data_requests.urls
import keng.delivery.urls
import keng.dialogue.urls
import keng.lessons.urls
import keng.lookup_pages.urls
import keng.openings.urls
import keng.partner_inbox.urls
import keng.partners.urls
import keng.public_log.urls
import keng.relay.urls
import keng.reports.urls
import keng.surveys.urls
import keng.transfers.urls
import keng.warnings.urls
from keng.kit.demo_hook import running_demo

urlpatterns: list[URLPattern | URLResolver] = [
    *keng.community.urls.public,
    *keng.lookup_pages.urls.public,
    *keng.dialogue.urls.public,
    *keng.openings.urls.public,
    *keng.data_requests.urls.public,
    *keng.warnings.urls.public,
    *keng.relay.urls.public,
    *keng.delivery.urls.public,
    *keng.claims.urls.public,
    *keng.surveys.urls.public,
    *keng.lessons.urls.public,
    *keng.reports.urls.public,
    *keng.accounts.urls.public,
    *keng.partners.urls.public,
    *keng.partner_inbox.urls.public,
    *keng.public_log.urls.public,
    *keng.transfers.urls.public,
]
if demo := running_demo():
    urlpatterns += demo.public_urls()
if settings.DEBUG:
    from django.urls import path

    from keng.kit import style

    urlpatterns.append(path("style", style.style_public, name="style"))

handler400 = "keng.site.errors.bad_request"
handler404 = "keng.site.errors.not_found"
handler500 = "keng.site.errors.server_error"
