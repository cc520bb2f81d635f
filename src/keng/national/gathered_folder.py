"""The folder of the page of a country: the list of instances, and of each what was taken last.

One process at a time writes it. What lies there is verified anew whenever it is read: whoever
changes a file of it changes nothing of what is shown.
"""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from keng.kit.durable_files import replace_file
from keng.kit.locked_folder import only_writer_of
from keng.kit.private_files import make_private_folder
from keng.national.province_instances import ProvinceInstance, WrongInstances, read_instances
from keng.national.summary_trouble import SummaryTrouble, Trouble
from keng.national.verified_summaries import (
    VerifiedSummary,
    require_listings,
    verified_summary,
)

INSTANCES_FILE = "instances"


@dataclass(frozen=True, slots=True)
class PullRecord:
    """How asking an instance went, apart from what it said."""

    pulled_at: float = 0.0
    """When it was asked last, in seconds since 1970; 0 for never."""
    taken_at: float = 0.0
    """When its summary was last the newest that there is."""
    trouble: str = ""
    trouble_since: float = 0.0
    failures: int = 0
    etag: str = ""

    @property
    def trouble_code(self) -> Trouble | None:
        """None where nothing is wrong."""
        return Trouble(self.trouble) if self.trouble in set(Trouble) else None


@dataclass(frozen=True, slots=True)
class GatheredFolder:
    """Where everything lies."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """As the only writer. Raises FolderInUse."""
        with only_writer_of(self.path):
            yield

    def instances(self) -> dict[str, ProvinceInstance]:
        """By the code of their province. Raises WrongInstances and OSError."""
        try:
            lines = (self.path / INSTANCES_FILE).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise WrongInstances("it is not written in UTF-8") from None
        return read_instances(lines)

    def summary_of(self, instance: ProvinceInstance) -> VerifiedSummary | None:
        """The newest that was taken, if it is by the key that is known today."""
        try:
            found = verified_summary(self._note_file(instance).read_bytes(), instance)
            reference = found.document.listings
            if reference is None:
                return found
            listings = self._listings_file(instance, reference.sha256).read_bytes()
            require_listings(listings, reference)
        except (OSError, SummaryTrouble):
            return None
        return VerifiedSummary(found.document, found.note, listings)

    def keep_summary(self, instance: ProvinceInstance, summary: VerifiedSummary) -> None:
        """In the place of the one before; the note last, so that it never lacks its listings."""
        make_private_folder(self.path)
        reference, current = summary.document.listings, None
        if reference is not None:
            current = self._listings_file(instance, reference.sha256)
            replace_file(current, summary.listings)
        replace_file(self._note_file(instance), summary.note)
        for earlier in self.path.glob(f"{instance.province}-*.listings"):
            if earlier != current:
                earlier.unlink(missing_ok=True)

    def record_of(self, instance: ProvinceInstance) -> PullRecord:
        """An empty one where there is none."""
        try:
            return PullRecord(**json.loads(self._record_file(instance).read_bytes()))
        except (OSError, ValueError, TypeError):
            return PullRecord()

    def keep_record(self, instance: ProvinceInstance, record: PullRecord) -> None:
        """In the place of the one before."""
        make_private_folder(self.path)
        replace_file(self._record_file(instance), json.dumps(asdict(record)).encode())

    def _note_file(self, instance: ProvinceInstance) -> Path:
        return self.path / f"{instance.province}.note"

    def _listings_file(self, instance: ProvinceInstance, sha256: str) -> Path:
        return self.path / f"{instance.province}-{sha256}.listings"

    def _record_file(self, instance: ProvinceInstance) -> Path:
        return self.path / f"{instance.province}.json"


def moment_of(seconds: float) -> dt.datetime:
    """A moment that a record names."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
