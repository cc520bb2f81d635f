"""Addresses of tips on the two sites."""

from django.urls import URLPattern

from keng.tips.desk.list_urls import paths as list_paths
from keng.tips.desk.listing_urls import paths as listing_paths
from keng.tips.desk.urls import paths as desk_paths
from keng.tips.public.urls import paths as public_paths

public: list[URLPattern] = public_paths
desk: list[URLPattern] = [*list_paths, *listing_paths, *desk_paths]
