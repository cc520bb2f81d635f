"""Addresses of subscribing on the public site."""

from django.urls import URLPattern, path

from keng.delivery.public import subscribe

# Without a slash at the end: these stand in letters, where every character counts.
public: list[URLPattern] = [
    path("subscribe", subscribe.subscribe, name="subscribe"),
    path("subscribe/sent", subscribe.subscribe_sent, name="subscribe-sent"),
    path("subscribe/<secret:token>", subscribe.subscription_confirm, name="subscription-confirm"),
    path("stop/<secret:token>", subscribe.subscription_stop, name="subscription-stop"),
]
