"""Addresses of warnings on the two sites."""

from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from keng.warnings.desk import (
    before_after,
    held,
    official_alert,
    overview,
    patterns,
    recalling,
    releasing,
    writing,
)
from keng.warnings.public import cap_pages, feed, lists, pages, poster, when_over

# Short and without a slash at the end: the address of a warning is printed and typed.
public: list[URLPattern] = [
    path("warnings", lists.warnings, name="warnings"),
    path("warnings/sent/<uuid:dispatch>", pages.warning_of_dispatch, name="warning-of-dispatch"),
    path("warnings/feed.atom", feed.warnings_feed, name="warnings-feed"),
    path("w/<str:code>", pages.warning, name="warning"),
    path("w/<str:code>/card.png", pages.warning_card, name="warning-card"),
    path("w/<str:code>/poster", poster.warning_poster, name="warning-poster"),
    path("w/<str:code>/when-over", when_over.warning_when_over, name="warning-when-over"),
    path("w/<str:code>/poster.pdf", poster.warning_poster_pdf, name="warning-poster-pdf"),
    path("w/<str:code>/proof", pages.warning_proof, name="warning-proof"),
    path("cap/feed.atom", cap_pages.cap_feed, name="cap-feed"),
    path("cap/key.json", cap_pages.cap_keys, name="cap-keys"),
    path("cap/<str:identifier>.xml", cap_pages.cap_message, name="cap-message"),
    path("cap/<str:identifier>.xml.jws", cap_pages.cap_signature, name="cap-signature"),
    path("verify", csrf_exempt(pages.verify), name="verify"),
]
desk: list[URLPattern] = [
    path("warnings/", overview.desk_warnings, name="warnings"),
    path("warnings/new/", writing.warning_new, name="warning-new"),
    path("warnings/audience/", writing.warning_audience, name="warning-audience"),
    path("warnings/patterns/", patterns.patterns, name="patterns"),
    path("warnings/patterns/new/", patterns.pattern_new, name="pattern-new"),
    path("warnings/patterns/<uuid:pk>/", patterns.pattern, name="pattern"),
    path("warnings/patterns/<uuid:pk>/end/", patterns.pattern_end, name="pattern-end"),
    path("warnings/patterns/<uuid:pk>/send/", patterns.pattern_send, name="pattern-send"),
    path("warnings/patterns/sent/<uuid:pk>/", patterns.pattern_review, name="pattern-review"),
    path("warnings/held/<uuid:pk>/", held.warning_held, name="warning-held"),
    path("warnings/alerts/<uuid:pk>/", official_alert.official_alert, name="official-alert"),
    path(
        "warnings/alerts/<uuid:pk>/aside/",
        official_alert.official_alert_dismiss,
        name="official-alert-dismiss",
    ),
    path("warnings/<uuid:pk>/", overview.warning_detail, name="warning-detail"),
    path(
        "warnings/<uuid:pk>/before-after/",
        before_after.warning_before_after,
        name="warning-before-after",
    ),
    path("warnings/<uuid:pk>/edit/", writing.warning_edit, name="warning-edit"),
    path("warnings/<uuid:pk>/submit/", writing.warning_submit, name="warning-submit"),
    path("warnings/<uuid:pk>/approve/", releasing.warning_approve, name="warning-approve"),
    path("warnings/<uuid:pk>/call/", releasing.warning_call, name="warning-call"),
    path("warnings/<uuid:pk>/recall/", recalling.warning_recall, name="warning-recall"),
    path(
        "warnings/<uuid:pk>/recall/refuse/",
        recalling.warning_recall_refuse,
        name="warning-recall-refuse",
    ),
    path(
        "warnings/<uuid:pk>/recall/withdraw/",
        recalling.warning_recall_withdraw,
        name="warning-recall-withdraw",
    ),
]
