"""Addresses of transfers."""

from django.urls import URLPattern, path

from keng.transfers import incoming_page
from keng.transfers import transfer_pages as pages

public: list[URLPattern] = [
    path("transfers/incoming/", incoming_page.transfer_incoming, name="transfer-incoming"),
]
desk: list[URLPattern] = [
    path("transfers/take-in/", pages.transfer_take_in, name="transfer-take-in"),
    path("transfers/files/<uuid:pk>/", pages.transfer_file, name="transfer-file"),
    path("tips/<uuid:pk>/transfer/", pages.tip_transfer, name="tip-transfer"),
    path("tips/<uuid:pk>/transfer/decide/", pages.transfer_decide, name="transfer-decide"),
    path("tips/<uuid:pk>/transfer/write/", pages.transfer_write, name="transfer-write"),
    path("tips/<uuid:pk>/transfer/return/", pages.transfer_return, name="transfer-return"),
]
