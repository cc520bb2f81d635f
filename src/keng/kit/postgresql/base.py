"""The connection of Django's code; it is found by this name (ENGINE in keng.kit.database)."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from keng.kit.read_only_servers import server_only_reads


class DatabaseWrapper(base.DatabaseWrapper):
    """Persistent connections are asked before each request, and after each error, if they serve."""

    def is_usable(self) -> bool:
        """Also not where the server only reads: another one may have taken its place."""
        if self.connection is None:
            return False
        try:
            return not server_only_reads(self.connection)
        except psycopg.Error:
            return False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Where none is made, the error has the code that means so; the driver gives it none."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            raise psycopg.errors.SqlclientUnableToEstablishSqlconnection(str(error)) from error
