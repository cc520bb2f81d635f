"""Addresses of the public log."""

from django.urls import URLPattern, path

from keng.public_log import log_pages

# Without a slash at the end: C2SP tlog-tiles names them so.
public: list[URLPattern] = [
    path("log/checkpoint", log_pages.log_checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", log_pages.log_tile, name="log-tile"),
]
