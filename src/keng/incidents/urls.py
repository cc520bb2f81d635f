"""Addresses of waves on the desk."""

from django.urls import URLPattern, path

from keng.incidents import wave_desk

desk: list[URLPattern] = [
    path("tips/waves/", wave_desk.waves, name="waves"),
    path("tips/waves/<uuid:pk>/", wave_desk.wave, name="wave"),
    path("tips/waves/<uuid:pk>/not/", wave_desk.wave_dismiss, name="wave-dismiss"),
    path("tips/waves/<uuid:pk>/again/", wave_desk.wave_take_back, name="wave-take-back"),
]
