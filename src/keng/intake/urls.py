"""Addresses of reports that an officer takes down."""

from django.urls import URLPattern, path

from keng.intake.by_staff import from_chat_page, shared_page, take_down_page

desk: list[URLPattern] = [
    path("tips/take-down/", take_down_page.take_down, name="take-down"),
    path("tips/take-down/chat/", from_chat_page.take_down_chat, name="take-down-chat"),
    path("tips/take-down/chat/keep/", from_chat_page.take_down_keep, name="take-down-keep"),
    path("tips/take-down/shared/", shared_page.take_down_shared, name="take-down-shared"),
    path("manifest.webmanifest", shared_page.desk_manifest, name="desk-manifest"),
]
