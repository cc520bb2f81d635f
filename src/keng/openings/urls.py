"""Addresses of openings."""

from django.urls import URLPattern, path

from keng.openings import holder_pages, opening_pages, resharing_pages
from keng.openings import public as public_pages

desk: list[URLPattern] = [
    path("settings/opening-key/", holder_pages.my_opening_key, name="my-opening-key"),
    path("settings/opening-key/make/", holder_pages.opening_key_make, name="opening-key-make"),
    path(
        "settings/opening-key/passkey/",
        holder_pages.opening_key_passkey,
        name="opening-key-passkey",
    ),
    path(
        "settings/opening-key/phrase/", holder_pages.opening_key_phrase, name="opening-key-phrase"
    ),
    path(
        "settings/opening-key/retire/", holder_pages.opening_key_retire, name="opening-key-retire"
    ),
    path("tips/<uuid:pk>/open/", opening_pages.tip_open, name="tip-open"),
    path("openings/<uuid:pk>/", opening_pages.opening, name="opening"),
    path("openings/<uuid:pk>/state/", opening_pages.opening_state, name="opening-state"),
    path("openings/<uuid:pk>/approve/", opening_pages.opening_approve, name="opening-approve"),
    path("openings/<uuid:pk>/refuse/", opening_pages.opening_refuse, name="opening-refuse"),
    path("openings/<uuid:pk>/withdraw/", opening_pages.opening_withdraw, name="opening-withdraw"),
    path("openings/<uuid:pk>/share/", opening_pages.opening_share, name="opening-share"),
    path("openings/<uuid:pk>/give/", opening_pages.opening_give, name="opening-give"),
    path("openings/<uuid:pk>/open/", opening_pages.opening_open, name="opening-open"),
    path("resharings/<uuid:pk>/", resharing_pages.resharing, name="resharing"),
    path("resharings/<uuid:pk>/share/", resharing_pages.resharing_share, name="resharing-share"),
    path("resharings/<uuid:pk>/give/", resharing_pages.resharing_give, name="resharing-give"),
    path("key-holders/", holder_pages.key_holders, name="key-holders"),
]
public: list[URLPattern] = [
    path("opened/", public_pages.opening_numbers, name="opening-numbers"),
]
