"""Addresses of a demo: the simulated phones on the public site, the tour on both."""

from django.urls import path

from keng_dev.demo import desk as desk_views
from keng_dev.demo import public as views

public = [
    path("phones/", views.phones, name="phones"),
    path("phones/officer/", views.officer, name="officer-phone"),
    path("phones/officer/screen", views.officer_screen, name="officer-phone-screen"),
    path("phones/officer/<str:what>", views.officer_does, name="officer-phone-does"),
    path("phones/tour/close", views.close_tour, name="phones-tour-close"),
    path("phones/picture/<uuid:pk>", views.picture, name="phone-picture"),
    path("phones/<str:key>/screen", views.screen, name="phone-screen"),
    path("phones/<str:key>", views.say, name="phone-say"),
]

desk = [
    path("demo/tour/close/", desk_views.close_tour, name="tour-close"),
]
