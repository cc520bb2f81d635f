"""Addresses of data requests."""

from django.urls import URLPattern, path

from keng.data_requests import public_form, request_desk

public: list[URLPattern] = [
    path("your-data/", public_form.your_data, name="your-data"),
]
_ONE = "data-requests/<uuid:pk>/"
desk: list[URLPattern] = [
    path("data-requests/", request_desk.data_requests, name="data-requests"),
    path(_ONE, request_desk.data_request, name="data-request"),
    path(
        f"{_ONE}acknowledge/",
        request_desk.data_request_acknowledge,
        name="data-request-acknowledge",
    ),
    path(f"{_ONE}extend/", request_desk.data_request_extend, name="data-request-extend"),
    path(f"{_ONE}ask/", request_desk.data_request_ask_desk, name="data-request-ask-desk"),
    path(f"{_ONE}decide/", request_desk.data_request_decide, name="data-request-decide"),
    path(f"{_ONE}lift/", request_desk.data_request_lift, name="data-request-lift"),
    path(f"{_ONE}agree/", request_desk.data_request_agree, name="data-request-agree"),
    path(f"{_ONE}desk/", request_desk.data_request_at_desk, name="data-request-at-desk"),
]
