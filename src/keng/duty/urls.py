"""Addresses of the rota and of officers' pagers on the desk."""

from django.urls import URLPattern, path

from keng.duty import pager_desk, push_desk, rota_desk

desk: list[URLPattern] = [
    path("rota/", rota_desk.show, name="rota"),
    path("rota/<uuid:pk>/remove/", rota_desk.remove, name="shift-remove"),
    path("pagers/", pager_desk.mine, name="pagers"),
    path("pagers/device/", push_desk.subscribe, name="pager-device"),
    path("sw.js", push_desk.worker, name="push-worker"),
    path("pagers/test/", pager_desk.test, name="pager-test-now"),
    path("pagers/test/<uuid:pk>/", pager_desk.rang, name="pager-test"),
    path("pagers/<uuid:pk>/", pager_desk.switch, name="pager-switch"),
]
