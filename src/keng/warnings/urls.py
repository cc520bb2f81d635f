"""Addresses of warnings on the two sites."""

from django.urls import URLPattern, path

from keng.warnings.desk import effect, listing, patterns, recalling, releasing, writing
from keng.warnings.public import feed, lists, pages, poster

# Short and without a slash at the end: the address of a warning is printed and typed.
public: list[URLPattern] = [
    path("warnings", lists.warnings, name="warnings"),
    path("warnings/feed.atom", feed.atom, name="warnings-feed"),
    path("w/<str:code>", pages.warning, name="warning"),
    path("w/<str:code>/card.png", pages.card_picture, name="warning-card"),
    path("w/<str:code>/poster", poster.poster, name="warning-poster"),
    path("verify", pages.verify, name="verify"),
]
desk: list[URLPattern] = [
    path("warnings/", listing.warnings, name="warnings"),
    path("warnings/new/", writing.new, name="warning-new"),
    path("warnings/audience/", writing.audience, name="warning-audience"),
    path("warnings/patterns/", patterns.listing, name="patterns"),
    path("warnings/patterns/new/", patterns.new, name="pattern-new"),
    path("warnings/patterns/<uuid:pk>/", patterns.pattern, name="pattern"),
    path("warnings/patterns/<uuid:pk>/end/", patterns.end, name="pattern-end"),
    path("warnings/patterns/<uuid:pk>/send/", patterns.send, name="pattern-send"),
    path("warnings/patterns/sent/<uuid:pk>/", patterns.review, name="pattern-review"),
    path("warnings/<uuid:pk>/", listing.detail, name="warning-detail"),
    path("warnings/<uuid:pk>/effect/", effect.tips, name="warning-effect"),
    path("warnings/<uuid:pk>/edit/", writing.edit, name="warning-edit"),
    path("warnings/<uuid:pk>/submit/", writing.submit, name="warning-submit"),
    path("warnings/<uuid:pk>/approve/", releasing.approve, name="warning-approve"),
    path("warnings/<uuid:pk>/call/", releasing.call_province, name="warning-call"),
    path("warnings/<uuid:pk>/send-back/", releasing.send_back, name="warning-send-back"),
    path("warnings/<uuid:pk>/recall/", recalling.recall, name="warning-recall"),
    path("warnings/<uuid:pk>/recall/decide/", recalling.decide, name="warning-recall-decide"),
    path("warnings/<uuid:pk>/recall/refuse/", recalling.refuse, name="warning-recall-refuse"),
    path("warnings/<uuid:pk>/recall/withdraw/", recalling.withdraw, name="warning-recall-withdraw"),
]
