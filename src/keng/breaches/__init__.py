"""Breaches of personal data: record, clock, notification; and the register of processing."""
