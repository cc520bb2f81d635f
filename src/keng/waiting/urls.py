"""The address of what waits for an officer."""

from django.urls import URLPattern, path

from keng.waiting import waiting_page

desk: list[URLPattern] = [
    path("waiting/", waiting_page.waiting, name="waiting"),
]
