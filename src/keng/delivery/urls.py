"""Addresses of subscribing on the public site, and of a desk's accounts at providers."""

from django.urls import URLPattern, path

from keng.delivery.desk import account_groups, channel_accounts
from keng.delivery.public import own_subscription, subscribe

public: list[URLPattern] = [
    # The bare address of a link is the form behind which it is asked for.
    path("subscribe", subscribe.subscribe, name="subscribe"),
    path("subscribe/sent", subscribe.subscribe_sent, name="subscribe-sent"),
    path(
        "subscribe/chat/<slug:slug>/<secret:code>", subscribe.subscribe_chat, name="subscribe-chat"
    ),
    path(
        "subscribe/own/<secret:token>", own_subscription.own_subscription, name="own-subscription"
    ),
    path(
        "subscribe/own/<secret:token>/data",
        own_subscription.own_subscription_data,
        name="own-subscription-data",
    ),
    path(
        "subscribe/<secret:token>",
        own_subscription.subscription_confirm,
        name="subscription-confirm",
    ),
    path("stop/<secret:token>", own_subscription.subscription_stop, name="subscription-stop"),
    path("sw.js", own_subscription.subscriber_worker, name="subscriber-worker"),
]

desk: list[URLPattern] = [
    path("channel-accounts/", channel_accounts.channel_accounts, name="channel-accounts"),
    path("channel-accounts/groups/", account_groups.account_groups, name="account-groups"),
    path(
        "channel-accounts/<uuid:pk>/groups/list/",
        account_groups.account_groups_ask,
        name="account-groups-ask",
    ),
    path(
        "channel-accounts/<uuid:pk>/groups/new/",
        account_groups.account_group_make,
        name="account-group-make",
    ),
    path(
        "channel-accounts/groups/<uuid:pk>/take-over/",
        account_groups.account_group_take_over,
        name="account-group-take-over",
    ),
]
