"""The database of a running stack, for the little that no page can do."""

import json
from pathlib import Path
from typing import Any

import psycopg

OwnerConnection = psycopg.Connection[tuple[Any, ...]]


def connect_as_owner(data: Path) -> OwnerConnection:
    """A connection to the database of the stack with this data folder."""
    place = json.loads((data / "postgres" / "connection.json").read_text())
    password = (data / "secrets" / "database" / "keng_owner").read_text().strip()
    return psycopg.connect(
        host=place["host"],
        port=place["port"],
        dbname=place["name"],
        user="keng_owner",
        password=password,
        autocommit=True,
    )
