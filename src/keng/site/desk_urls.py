"""The desk's addresses. Every one asks for a signed-in officer except the sign-in itself."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path

import keng.accounts.urls
import keng.audit_page.urls
import keng.breaches.urls
import keng.claims.urls
import keng.community.urls
import keng.consent.urls
import keng.data_requests.urls
import keng.delivery.urls
import keng.dialogue.urls
import keng.duty.urls
import keng.imported.urls
import keng.inbox.urls
import keng.incidents.urls
import keng.intake.urls
import keng.lessons.urls
import keng.lookup_pages.urls
import keng.model_offers.urls
import keng.network.urls
import keng.openings.urls
import keng.partners.urls
import keng.relay.urls
import keng.reports.urls
import keng.retention.urls
import keng.surveys.urls
import keng.thanks.urls
import keng.transfers.urls
import keng.waiting.urls
import keng.warnings.urls
from keng.kit.demo_hook import running_demo
from keng.site import keys_table, palette_search

urlpatterns: list[URLPattern | URLResolver] = [
    *keng.accounts.urls.desk,
    *keng.inbox.urls.desk,
    *keng.incidents.urls.desk,
    *keng.lookup_pages.urls.desk,
    *keng.intake.urls.desk,
    *keng.openings.urls.desk,
    *keng.dialogue.urls.desk,
    *keng.transfers.urls.desk,
    *keng.warnings.urls.desk,
    *keng.relay.urls.desk,
    *keng.duty.urls.desk,
    *keng.delivery.urls.desk,
    *keng.network.urls.desk,
    *keng.claims.urls.desk,
    *keng.community.urls.desk,
    *keng.surveys.urls.desk,
    *keng.lessons.urls.desk,
    *keng.partners.urls.desk,
    *keng.thanks.urls.desk,
    *keng.model_offers.urls.desk,
    *keng.reports.urls.desk,
    *keng.audit_page.urls.desk,
    *keng.consent.urls.desk,
    *keng.data_requests.urls.desk,
    *keng.retention.urls.desk,
    *keng.imported.urls.desk,
    *keng.breaches.urls.desk,
    *keng.waiting.urls.desk,
    path("find/", palette_search.find, name="find"),
    path("keys/", keys_table.keys_table, name="keys"),
]
if demo := running_demo():
    urlpatterns += demo.desk_urls()
if settings.DEBUG:
    from keng.kit import style

    urlpatterns.append(path("style", style.style_desk, name="style-home"))
    urlpatterns.append(path("style/<str:screen>", style.style_desk, name="style"))

handler400 = "keng.site.errors.bad_request"
handler404 = "keng.site.errors.not_found"
handler500 = "keng.site.errors.server_error"
