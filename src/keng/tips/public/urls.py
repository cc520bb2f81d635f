"""Addresses of what a reporter sees."""

from django.urls import URLPattern, path

from keng.tips.public import entering, one_time_link, receipt, status

paths: list[URLPattern] = [
    path("receipt/", receipt.show, name="receipt"),
    path("receipt/print/", receipt.show_for_print, name="receipt-print"),
    path("status/", entering.enter, name="status"),
    path("status/tip/", status.status, name="status-tip"),
    path("status/exchange/", entering.exchange, name="status-exchange"),
    path("status/close/", entering.leave, name="status-close"),
    path("r/<secret:token>", one_time_link.once, name="one-time-link"),
]
