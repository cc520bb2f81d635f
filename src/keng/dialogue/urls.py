"""Addresses of what a reporter sees, and of the ready answers on the desk."""

from django.urls import URLPattern, path

from keng.dialogue import ready_answer_desk
from keng.dialogue.public import code_entry, data_page, one_time_link, receipt_page, status_acts

public: list[URLPattern] = [
    path("receipt/", receipt_page.receipt, name="receipt"),
    path("receipt/print/", receipt_page.receipt_print, name="receipt-print"),
    path("status/", code_entry.status, name="status"),
    path("status/tip/", status_acts.status_tip, name="status-tip"),
    path("status/data/", data_page.status_data, name="status-data"),
    path("status/exchange/", code_entry.status_exchange, name="status-exchange"),
    path("status/not-me/", code_entry.status_not_me, name="status-not-me"),
    path("status/close/", code_entry.status_close, name="status-close"),
    path("r/<secret:token>", one_time_link.one_time_link, name="one-time-link"),
]
desk: list[URLPattern] = [
    path("answers/", ready_answer_desk.answers, name="answers"),
    path("answers/write/", ready_answer_desk.answer_write, name="answer-write"),
    path("answers/retire/", ready_answer_desk.answer_retire, name="answer-retire"),
]
