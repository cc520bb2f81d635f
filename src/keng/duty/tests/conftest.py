"""Pagers are called over the same fake services as everything that is delivered."""

from keng.delivery.tests.conftest import account, as_sender, fake

__all__ = ["account", "as_sender", "fake"]
