"""Limits of time for the connection of a thread, told to each new one once."""

from typing import Any

from django.db import connection, connections

from keng.kit.database import TimeLimits


class ConnectionLimits:
    """For one thread that connects anew now and then."""

    def __init__(self, limits: TimeLimits) -> None:
        self._limits = limits
        # The connection that has been told them.
        self._limited: Any = None

    def ensure(self) -> None:
        """Connect where nothing is, and tell the limits to a connection that has not heard them."""
        connection.ensure_connection()
        if connection.connection is self._limited:
            return
        with connection.cursor() as cursor:
            for name, value in self._limits.settings().items():
                cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
        self._limited = connection.connection

    def close_unused(self) -> None:
        """Others need the connections of this thread more; nothing where none was limited."""
        if self._limited is not None:
            connections.close_all()
            self._limited = None
