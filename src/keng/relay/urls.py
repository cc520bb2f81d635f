"""Addresses of leads' pages, the hand-out, dispatches and coverage."""

from django.urls import URLPattern, path

from keng.relay import (
    coverage_desk,
    dispatch_desk,
    erasing_desk,
    hand_out_desk,
    lead_sheet_desk,
    lead_way_desk,
    reminder_desk,
)
from keng.relay.public import (
    erase_page,
    frame,
    lead_page,
    lead_way_pages,
    people_page,
    team_answers,
)

# Without a slash at the end: these stand in messages, where every character counts.
public: list[URLPattern] = [
    path("relay/<secret:token>", lead_page.relay, name="relay"),
    path("relay/<secret:token>/stop", frame.relay_stop, name="relay-stop"),
    path("relay/<secret:token>/erase", erase_page.relay_erase, name="relay-erase"),
    path("relay/<secret:token>/place/<uuid:place>", people_page.relay_place, name="relay-place"),
    path("relay/<secret:token>/resume", frame.relay_resume, name="relay-resume"),
    path("relay/<secret:token>/way", lead_way_pages.relay_way, name="relay-way"),
    path("relay/<secret:token>/people", people_page.relay_people, name="relay-people"),
    path("lead-way/<secret:token>", lead_way_pages.lead_way, name="lead-way"),
    path("lead-way/<secret:token>/stop", lead_way_pages.lead_way_stop, name="lead-way-stop"),
    path(
        "relay/<secret:token>/<uuid:dispatch>/confirm",
        lead_page.relay_confirm,
        name="relay-confirm",
    ),
    path("relay/<secret:token>/<uuid:dispatch>/undo", lead_page.relay_undo, name="relay-undo"),
    path(
        "relay/<secret:token>/<uuid:dispatch>/cannot", lead_page.relay_cannot, name="relay-cannot"
    ),
    path("relay/<secret:token>/<uuid:task>/rooms", lead_page.relay_rooms, name="relay-rooms"),
    path(
        "relay/<secret:token>/team/<uuid:ask>",
        team_answers.relay_team_answer,
        name="relay-team-answer",
    ),
    path(
        "relay/<secret:token>/<uuid:text>/picture.png",
        lead_page.relay_picture,
        name="relay-picture",
    ),
]
desk: list[URLPattern] = [
    path("leads/import/", lead_sheet_desk.leads_import, name="leads-import"),
    path("leads/import/check/", lead_sheet_desk.leads_take_over, name="leads-take-over"),
    path("dispatches/<uuid:pk>/", dispatch_desk.dispatch, name="dispatch"),
    path("dispatches/<uuid:pk>/cancel/", dispatch_desk.dispatch_cancel, name="dispatch-cancel"),
    path("dispatches/<uuid:pk>/resend/", dispatch_desk.dispatch_resend, name="dispatch-resend"),
    path(
        "dispatches/<uuid:pk>/resend-missed/",
        dispatch_desk.dispatch_resend_missed,
        name="dispatch-resend-missed",
    ),
    path(
        "dispatches/<uuid:pk>/lags-seen/",
        dispatch_desk.dispatch_lags_seen,
        name="dispatch-lags-seen",
    ),
    path("dispatches/<uuid:pk>/export/", dispatch_desk.dispatch_export, name="dispatch-export"),
    path(
        "dispatches/<uuid:pk>/coverage/", coverage_desk.dispatch_coverage, name="dispatch-coverage"
    ),
    path("coverage/", coverage_desk.coverage, name="coverage"),
    path("coverage/places/<uuid:pk>/", coverage_desk.coverage_place, name="coverage-place"),
    path("relays/", hand_out_desk.hand_outs, name="hand-outs"),
    path("relays/<uuid:lead>/link/", hand_out_desk.hand_out_link, name="hand-out-link"),
    path("relays/<uuid:lead>/done/", hand_out_desk.hand_out_done, name="hand-out-done"),
    path("relays/<uuid:pk>/erase/", erasing_desk.lead_erase, name="lead-erase"),
    path("relays/<uuid:pk>/place/", erasing_desk.place_take_on, name="place-take-on"),
    path("relays/<uuid:lead>/way/", lead_way_desk.lead_way_edit, name="lead-way-edit"),
    path("relays/reminders/", reminder_desk.reminders, name="reminders"),
    path("relays/<uuid:lead>/remind/", reminder_desk.lead_remind, name="lead-remind"),
    path("relays/seen/<uuid:task>/", coverage_desk.relay_seen, name="relay-seen"),
    path("relays/rooms/<uuid:task>/", coverage_desk.relay_rooms_told, name="relay-rooms-told"),
]
