"""Addresses of the list, the search, tips and incidents on the desk."""

from django.urls import URLPattern, path

from keng.inbox import break_in_page, call_link_page, changes_stream, incident_page
from keng.inbox.by_place import map_page
from keng.inbox.list import bulk_views, list_page, together_views
from keng.inbox.search import search_page
from keng.inbox.tip import (
    alarm_bar,
    answer_views,
    bare_page,
    check_views,
    decision_views,
    evidence_views,
    hold_views,
    sight_views,
    suspension_views,
    tip_page,
)

desk: list[URLPattern] = [
    path("", list_page.desk_home, name="desk-home"),
    path("alarm/", alarm_bar.alarm, name="alarm"),
    path("changes/", changes_stream.changes, name="changes"),
    path("call/<secret:token>/", call_link_page.call_link, name="call-link"),
    path("tips/", list_page.inbox, name="inbox"),
    path("tips/go/", tip_page.tip_go, name="tip-go"),
    path("tips/undo/", decision_views.decision_undo, name="decision-undo"),
    path("tips/withdraw/", answer_views.reply_withdraw, name="reply-withdraw"),
    path("tips/incidents/", incident_page.incidents, name="incidents"),
    path("tips/incidents/withdraw/", incident_page.incident_withdraw, name="incident-withdraw"),
    path("tips/incidents/<uuid:pk>/", incident_page.incident, name="incident"),
    path("tips/incidents/<uuid:pk>/rows/", incident_page.incident_rows, name="incident-rows"),
    path("tips/incidents/<uuid:pk>/answer/", incident_page.incident_answer, name="incident-answer"),
    path(
        "tips/incidents/<uuid:pk>/outcome/", incident_page.incident_outcome, name="incident-outcome"
    ),
    path("tips/incidents/<uuid:pk>/close/", incident_page.incident_close, name="incident-close"),
    path("tips/incidents/<uuid:pk>/rename/", incident_page.incident_rename, name="incident-rename"),
    path("tips/sightings/<uuid:pk>/", evidence_views.same_indicator, name="same-indicator"),
    path("tips/sightings/<uuid:pk>/role/", evidence_views.sighting_role, name="sighting-role"),
    path(
        "tips/attachments/<uuid:pk>/copy/", evidence_views.attachment_copy, name="attachment-copy"
    ),
    path(
        "tips/attachments/<uuid:pk>/cover/",
        evidence_views.attachment_cover,
        name="attachment-cover",
    ),
    path(
        "tips/attachments/<uuid:pk>/quarantine/",
        evidence_views.attachment_quarantine,
        name="attachment-quarantine",
    ),
    path("tips/attachments/<uuid:pk>/", evidence_views.attachment, name="attachment"),
    path(
        "tips/attachments/<uuid:pk>/play/", evidence_views.attachment_play, name="attachment-play"
    ),
    path("tips/<uuid:pk>/", tip_page.tip, name="tip"),
    path("tips/<uuid:pk>/now/", tip_page.tip_now, name="tip-now"),
    path("tips/<uuid:pk>/accept/", decision_views.tip_accept, name="tip-accept"),
    path("tips/<uuid:pk>/duplicate/", decision_views.tip_duplicate, name="tip-duplicate"),
    path("tips/<uuid:pk>/route/", decision_views.tip_route, name="tip-route"),
    path("tips/<uuid:pk>/decline/", decision_views.tip_decline, name="tip-decline"),
    path("tips/<uuid:pk>/sort/", decision_views.tip_sort, name="tip-sort"),
    path("tips/<uuid:pk>/rate/", decision_views.tip_rate, name="tip-rate"),
    path("tips/<uuid:pk>/outcome/", decision_views.tip_outcome, name="tip-outcome"),
    path("tips/<uuid:pk>/close/", decision_views.tip_close, name="tip-close"),
    path("tips/<uuid:pk>/reopen/", decision_views.tip_reopen, name="tip-reopen"),
    path("tips/<uuid:pk>/separate/", decision_views.tip_separate, name="tip-separate"),
    path("tips/<uuid:pk>/reply/", answer_views.tip_reply, name="tip-reply"),
    path("tips/<uuid:pk>/note/", answer_views.tip_note, name="tip-note"),
    path("tips/<uuid:pk>/tick/", check_views.tip_tick, name="tip-tick"),
    path("tips/<uuid:pk>/untick/", check_views.tip_untick, name="tip-untick"),
    path("tips/news/", list_page.inbox_news, name="inbox-news"),
    path("tips/chosen/", bulk_views.bulk, name="bulk"),
    path("tips/chosen/together/", together_views.together, name="together"),
    path("tips/chosen/together/undo/", together_views.together_undo, name="together-undo"),
    path("tips/chosen/undo/", bulk_views.bulk_undo, name="bulk-undo"),
    path("tips/<uuid:pk>/aside/", bulk_views.tip_set_aside, name="tip-set-aside"),
    path("tips/<uuid:pk>/critical/", check_views.tip_critical, name="tip-critical"),
    path("tips/suspended/", suspension_views.suspended, name="suspended"),
    path("tips/<uuid:pk>/suspend/", suspension_views.tip_suspend, name="tip-suspend"),
    path("tips/<uuid:pk>/resume/", suspension_views.tip_resume, name="tip-resume"),
    path("tips/<uuid:pk>/break-in/", bare_page.tip_break_in, name="tip-break-in"),
    path("tips/<uuid:pk>/narrow/", sight_views.tip_narrow, name="tip-narrow"),
    path("tips/<uuid:pk>/widen/", sight_views.tip_widen, name="tip-widen"),
    path("tips/<uuid:pk>/recuse/", sight_views.tip_recuse, name="tip-recuse"),
    path("tips/recusals/<uuid:pk>/end/", sight_views.recusal_end, name="recusal-end"),
    path("tips/<uuid:pk>/hold/", hold_views.tip_hold, name="tip-hold"),
    path("tips/<uuid:pk>/hold/decide/", hold_views.hold_decide, name="hold-decide"),
    path("tips/<uuid:pk>/hold/end/", hold_views.hold_end, name="hold-end"),
    path("tips/<uuid:pk>/hold/end/decide/", hold_views.hold_end_decide, name="hold-end-decide"),
    path("break-ins/", break_in_page.break_ins, name="break-ins"),
    path("break-ins/<uuid:pk>/read/", break_in_page.break_in_read, name="break-in-read"),
    path("tips/map/", map_page.tips_map, name="tips-map"),
    path("tips/search/", search_page.search, name="search"),
    path("tips/search/keep/", search_page.search_keep, name="search-keep"),
    path("tips/search/<uuid:pk>/remove/", search_page.search_remove, name="search-remove"),
]
