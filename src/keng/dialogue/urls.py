"""Addresses of what a reporter sees, and of the ready answers on the desk."""

from django.urls import URLPattern, path

from keng.dialogue import ready_answer_desk
from keng.dialogue.public import code_entry, one_time_link, receipt_page, status_acts

public: list[URLPattern] = [
    path("receipt/", receipt_page.show, name="receipt"),
    path("receipt/print/", receipt_page.show_for_print, name="receipt-print"),
    path("status/", code_entry.enter, name="status"),
    path("status/tip/", status_acts.status, name="status-tip"),
    path("status/exchange/", code_entry.exchange, name="status-exchange"),
    path("status/close/", code_entry.leave, name="status-close"),
    path("r/<secret:token>", one_time_link.once, name="one-time-link"),
]
desk: list[URLPattern] = [
    path("answers/", ready_answer_desk.answers, name="answers"),
    path("answers/write/", ready_answer_desk.write, name="answer-write"),
    path("answers/retire/", ready_answer_desk.retire, name="answer-retire"),
]
