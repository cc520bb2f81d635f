"""Addresses of reports that an officer takes down."""

from django.urls import URLPattern, path

from keng.intake.by_staff import from_chat_page, take_down_page

desk: list[URLPattern] = [
    path("tips/take-down/", take_down_page.take, name="take-down"),
    path("tips/take-down/chat/", from_chat_page.paste, name="take-down-chat"),
    path("tips/take-down/chat/keep/", from_chat_page.keep, name="take-down-keep"),
]
