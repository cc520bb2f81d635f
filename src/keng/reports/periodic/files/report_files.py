"""The file of a signed report, by its extension."""

import importlib

from keng.reports.models import Snapshot

# By extension, each written by the module of that name.
CONTENT_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def write_report_file(signed: Snapshot, extension: str) -> bytes:
    """The whole file. Raises `typeset.CannotPrint`, a `Refused`."""
    # The libraries are large: a desk where nobody downloads never loads them.
    module = importlib.import_module(f"{__package__}.{extension}")
    written: bytes = getattr(module, f"write_{extension}")(signed)
    return written
