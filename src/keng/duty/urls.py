"""Addresses of the rota and of officers' pagers on the desk."""

from django.urls import URLPattern, path

from keng.duty import pager_desk, push_desk, rota_desk

desk: list[URLPattern] = [
    path("rota/", rota_desk.rota, name="rota"),
    path("rota/<uuid:pk>/remove/", rota_desk.shift_remove, name="shift-remove"),
    path("pagers/", pager_desk.pagers, name="pagers"),
    path("pagers/device/", push_desk.pager_device, name="pager-device"),
    path("sw.js", push_desk.push_worker, name="push-worker"),
    path("pagers/test/", pager_desk.pager_test_now, name="pager-test-now"),
    path("pagers/test/<uuid:pk>/", pager_desk.pager_test, name="pager-test"),
    path("pagers/<uuid:pk>/", pager_desk.pager_switch, name="pager-switch"),
]
