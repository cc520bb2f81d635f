"""Addresses of what a reporter sees, and of the ready answers on the desk."""

from django.urls import URLPattern, path

from keng.dialogue import ready_answer_desk
from keng.dialogue.public import entering, one_time_link, receipt, status_acts

public: list[URLPattern] = [
    path("receipt/", receipt.show, name="receipt"),
    path("receipt/print/", receipt.show_for_print, name="receipt-print"),
    path("status/", entering.enter, name="status"),
    path("status/tip/", status_acts.status, name="status-tip"),
    path("status/exchange/", entering.exchange, name="status-exchange"),
    path("status/close/", entering.leave, name="status-close"),
    path("r/<secret:token>", one_time_link.once, name="one-time-link"),
]
desk: list[URLPattern] = [
    path("answers/", ready_answer_desk.answers, name="answers"),
    path("answers/write/", ready_answer_desk.write, name="answer-write"),
    path("answers/retire/", ready_answer_desk.retire, name="answer-retire"),
]
