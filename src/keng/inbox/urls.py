"""Addresses of the list, the search, tips and incidents on the desk."""

from django.urls import URLPattern, path

from keng.inbox import incident_page
from keng.inbox.list import bulk_views, list_page
from keng.inbox.search import search_page
from keng.inbox.tip import (
    alarm_bar,
    answer_views,
    check_views,
    decision_views,
    evidence_views,
    suspension_views,
    tip_page,
)

desk: list[URLPattern] = [
    path("", list_page.home, name="desk-home"),
    path("alarm/", alarm_bar.bar, name="alarm"),
    path("tips/", list_page.show, name="inbox"),
    path("tips/go/", tip_page.go, name="tip-go"),
    path("tips/undo/", decision_views.take_back, name="decision-undo"),
    path("tips/withdraw/", answer_views.withdraw, name="reply-withdraw"),
    path("tips/incidents/", incident_page.incidents, name="incidents"),
    path("tips/incidents/withdraw/", incident_page.withdraw, name="incident-withdraw"),
    path("tips/incidents/<uuid:pk>/", incident_page.incident, name="incident"),
    path("tips/incidents/<uuid:pk>/rows/", incident_page.rows, name="incident-rows"),
    path("tips/incidents/<uuid:pk>/answer/", incident_page.answer, name="incident-answer"),
    path("tips/incidents/<uuid:pk>/outcome/", incident_page.outcome, name="incident-outcome"),
    path("tips/incidents/<uuid:pk>/close/", incident_page.close, name="incident-close"),
    path("tips/incidents/<uuid:pk>/rename/", incident_page.rename, name="incident-rename"),
    path("tips/sightings/<uuid:pk>/", evidence_views.same_indicator, name="same-indicator"),
    path("tips/sightings/<uuid:pk>/role/", evidence_views.sighting_role, name="sighting-role"),
    path("tips/attachments/<uuid:pk>/", evidence_views.attachment, name="attachment"),
    path("tips/attachments/<uuid:pk>/play/", evidence_views.play, name="attachment-play"),
    path("tips/<uuid:pk>/", tip_page.tip, name="tip"),
    path("tips/<uuid:pk>/now/", tip_page.now, name="tip-now"),
    path("tips/<uuid:pk>/accept/", decision_views.accept, name="tip-accept"),
    path("tips/<uuid:pk>/duplicate/", decision_views.duplicate, name="tip-duplicate"),
    path("tips/<uuid:pk>/route/", decision_views.route, name="tip-route"),
    path("tips/<uuid:pk>/decline/", decision_views.decline, name="tip-decline"),
    path("tips/<uuid:pk>/sort/", decision_views.sort, name="tip-sort"),
    path("tips/<uuid:pk>/rate/", decision_views.rate, name="tip-rate"),
    path("tips/<uuid:pk>/outcome/", decision_views.outcome, name="tip-outcome"),
    path("tips/<uuid:pk>/close/", decision_views.close, name="tip-close"),
    path("tips/<uuid:pk>/reopen/", decision_views.reopen, name="tip-reopen"),
    path("tips/<uuid:pk>/separate/", decision_views.separate, name="tip-separate"),
    path("tips/<uuid:pk>/reply/", answer_views.reply, name="tip-reply"),
    path("tips/<uuid:pk>/note/", answer_views.note, name="tip-note"),
    path("tips/<uuid:pk>/tick/", check_views.tick, name="tip-tick"),
    path("tips/<uuid:pk>/untick/", check_views.untick, name="tip-untick"),
    path("tips/news/", list_page.since, name="inbox-news"),
    path("tips/chosen/", bulk_views.decide, name="bulk"),
    path("tips/chosen/undo/", bulk_views.take_back, name="bulk-undo"),
    path("tips/<uuid:pk>/aside/", bulk_views.set_aside, name="tip-set-aside"),
    path("tips/<uuid:pk>/critical/", check_views.make_critical, name="tip-critical"),
    path("tips/suspended/", suspension_views.listed, name="suspended"),
    path("tips/<uuid:pk>/suspend/", suspension_views.suspend, name="tip-suspend"),
    path("tips/<uuid:pk>/resume/", suspension_views.resume, name="tip-resume"),
    path("tips/search/", search_page.search, name="search"),
    path("tips/search/keep/", search_page.save, name="search-keep"),
    path("tips/search/<uuid:pk>/remove/", search_page.remove, name="search-remove"),
]
