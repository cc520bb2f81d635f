"""Addresses of the public look-up on the desk, which is fed from tips."""

from django.urls import URLPattern, path

from keng.tips.desk import listings

paths: list[URLPattern] = [
    path("listings/", listings.listings, name="listings"),
    path("listings/propose/<uuid:pk>/", listings.propose, name="listing-propose"),
    path("listings/<uuid:pk>/", listings.listing, name="listing"),
    path("listings/<uuid:pk>/confirm/", listings.confirm, name="listing-confirm"),
    path("listings/<uuid:pk>/refuse/", listings.refuse, name="listing-refuse"),
    path("listings/<uuid:pk>/end/", listings.end, name="listing-end"),
    path("listings/disputes/<uuid:pk>/", listings.dispute, name="listing-dispute"),
    path("listings/dispute-files/<uuid:pk>/", listings.dispute_file, name="dispute-file"),
]
