"""Leads are told over the same fake services as everything that is delivered."""

from keng.delivery.tests.conftest import as_sender

__all__ = ["as_sender"]
