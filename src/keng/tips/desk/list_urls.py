"""Addresses of the list of tips: finding, choosing several, putting off."""

from django.urls import URLPattern, path

from keng.tips.desk import bulk, checking, inbox, search, suspending, waves

paths: list[URLPattern] = [
    path("tips/news/", inbox.since, name="inbox-news"),
    path("tips/chosen/", bulk.decide, name="bulk"),
    path("tips/chosen/undo/", bulk.take_back, name="bulk-undo"),
    path("tips/<uuid:pk>/aside/", bulk.set_aside, name="tip-set-aside"),
    path("tips/<uuid:pk>/critical/", checking.make_critical, name="tip-critical"),
    path("tips/suspended/", suspending.listed, name="suspended"),
    path("tips/<uuid:pk>/suspend/", suspending.suspend, name="tip-suspend"),
    path("tips/<uuid:pk>/resume/", suspending.resume, name="tip-resume"),
    path("tips/waves/", waves.waves, name="waves"),
    path("tips/waves/<uuid:pk>/", waves.wave, name="wave"),
    path("tips/waves/<uuid:pk>/not/", waves.dismiss, name="wave-dismiss"),
    path("tips/waves/<uuid:pk>/again/", waves.take_back, name="wave-take-back"),
    path("tips/search/", search.search, name="search"),
    path("tips/search/keep/", search.save, name="search-keep"),
    path("tips/search/<uuid:pk>/remove/", search.remove, name="search-remove"),
]
