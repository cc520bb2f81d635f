"""Addresses of delivery on the two sites."""

from django.urls import URLPattern, path

from keng.delivery.desk import coverage, dispatches, handout, pagers, push, rota
from keng.delivery.public import relay, standing, subscribe, team

# Without a slash at the end: these stand in messages and letters, where every character counts.
public: list[URLPattern] = [
    path("relay/<secret:token>", relay.page, name="relay"),
    path("relay/<secret:token>/stop", standing.stop, name="relay-stop"),
    path("relay/<secret:token>/resume", standing.resume, name="relay-resume"),
    path("relay/<secret:token>/<uuid:dispatch>/confirm", relay.confirm, name="relay-confirm"),
    path("relay/<secret:token>/<uuid:dispatch>/undo", relay.undo, name="relay-undo"),
    path("relay/<secret:token>/<uuid:dispatch>/cannot", relay.cannot, name="relay-cannot"),
    path("relay/<secret:token>/<uuid:task>/rooms", relay.rooms, name="relay-rooms"),
    path("relay/<secret:token>/team/<uuid:ask>", team.answer, name="relay-team-answer"),
    path("relay/<secret:token>/<uuid:text>/picture.png", relay.picture, name="relay-picture"),
    path("subscribe", subscribe.subscribe, name="subscribe"),
    path("subscribe/sent", subscribe.sent, name="subscribe-sent"),
    path("subscribe/<secret:token>", subscribe.confirm, name="subscription-confirm"),
    path("stop/<secret:token>", subscribe.stop, name="subscription-stop"),
]
desk: list[URLPattern] = [
    path("dispatches/<uuid:pk>/", dispatches.dispatch, name="dispatch"),
    path("dispatches/<uuid:pk>/cancel/", dispatches.cancel, name="dispatch-cancel"),
    path("dispatches/<uuid:pk>/resend/", dispatches.resend_unknown, name="dispatch-resend"),
    path("dispatches/<uuid:pk>/coverage/", coverage.of_dispatch, name="dispatch-coverage"),
    path("coverage/", coverage.overall, name="coverage"),
    path("coverage/places/<uuid:pk>/", coverage.of_place, name="coverage-place"),
    path("rota/", rota.show, name="rota"),
    path("rota/<uuid:pk>/remove/", rota.remove, name="shift-remove"),
    path("pagers/", pagers.mine, name="pagers"),
    path("pagers/device/", push.subscribe, name="pager-device"),
    path("sw.js", push.worker, name="push-worker"),
    path("pagers/test/", pagers.test, name="pager-test-now"),
    path("pagers/test/<uuid:pk>/", pagers.rang, name="pager-test"),
    path("pagers/<uuid:pk>/", pagers.switch, name="pager-switch"),
    path("relays/", handout.hand_outs, name="hand-outs"),
    path("relays/<uuid:lead>/link/", handout.show_link, name="hand-out-link"),
    path("relays/<uuid:lead>/done/", handout.mark_handed_out, name="hand-out-done"),
    path("relays/seen/<uuid:task>/", coverage.mark_seen, name="relay-seen"),
    path("relays/rooms/<uuid:task>/", coverage.tell_rooms, name="relay-rooms-told"),
]
