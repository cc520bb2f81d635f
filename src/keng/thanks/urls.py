"""Addresses of thanks on the desk."""

from django.urls import path

from keng.thanks import thanks_desk

desk = [
    path("thanks/", thanks_desk.thanks_list, name="thanks-list"),
    path("thanks/<uuid:pk>/", thanks_desk.thanks, name="thanks"),
    path("thanks/new/", thanks_desk.thanks_new, name="thanks-new"),
]
