"""CAP that others sent, as it was recorded: what is read of it, and what is refused."""

import pytest

from keng.warnings.cap_document import CapKind
from keng.warnings.cap_reading import NotCap, links_of_feed, read_cap
from tests.shared_data import shared_data

_FOLDER = "channels/cap-samples"


def sample(name):
    return (shared_data(_FOLDER) / name).read_bytes()


def test_every_public_alert_of_the_samples_is_read():
    refused = {}
    read = 0
    for file in sorted(shared_data(_FOLDER).iterdir()):
        if file.suffix not in {".cap", ".xml"}:
            continue
        try:
            found = read_cap(file.read_bytes())
        except NotCap as error:
            refused[file.name] = str(error)
            continue
        read += 1
        assert found.identifier, file.name
        assert found.event or found.kind is CapKind.CANCEL, file.name
        assert found.sent_at.tzinfo is not None, file.name
        assert found.refers_to or found.kind is CapKind.ALERT, file.name
    # The last two are of status Test, and the first one changes something and does not say what.
    assert sorted(refused) == [
        "google-wcatwc-warning.cap",
        "own-vn-example.xml",
        "own-vn-signed-example.xml",
    ]
    assert read >= 14


@pytest.mark.parametrize(
    ("name", "kind", "references", "words"),
    [
        ("google-canada_signed.cap", "Update", 9, ""),
        ("google-earthquake-iso8859-1.cap", "Alert", 0, "earthquake"),
        ("oasiscap-ipaws-5e6dd9de023f1930ef6548d9.xml", "Cancel", 1, ""),
    ],
)
def test_a_sample_says_what_its_sender_wrote(name, kind, references, words):
    found = read_cap(sample(name))
    assert (found.kind, len(found.refers_to)) == (kind, references)
    assert words in found.event.lower()


def test_what_is_no_cap_1_2_is_refused_and_a_document_type_first_of_all():
    folder = shared_data(_FOLDER)
    for file in [*(folder / "cap11").iterdir(), *(folder / "invalid-or-feed").iterdir()]:
        with pytest.raises(NotCap):
            read_cap(file.read_bytes())
    for name in ("google-xee.cap", "google-xee.atom"):
        with pytest.raises(NotCap, match="document type"):
            links_of_feed(sample(f"invalid-or-feed/{name}"), "https://alerts.example/")


@pytest.mark.parametrize(
    ("name", "links"),
    [
        ("google-ny_index.rss", 2),
        ("google-weather_index.atom", 2),
        ("google-no_entries.atom", 0),
        ("google-no_link.atom", 0),
    ],
)
def test_a_feed_leads_to_its_files(name, links):
    found = links_of_feed(sample(f"invalid-or-feed/{name}"), "https://alerts.example/feed")
    assert found is not None
    assert len(found) == links
    assert all(link.startswith("http") for link in found)
