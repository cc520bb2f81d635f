"""Addresses of models to copy on the desk."""

from django.urls import path

from keng.model_offers import offers_desk

desk = [
    path("models/", offers_desk.model_offers, name="model-offers"),
    path("models/<uuid:pk>/", offers_desk.model_offer, name="model-offer"),
    path("models/<uuid:pk>/withdraw/", offers_desk.model_withdraw, name="model-withdraw"),
    path("models/new/", offers_desk.model_new, name="model-new"),
    path("models/rotas/<uuid:pk>/", offers_desk.copied_rota, name="copied-rota"),
]
