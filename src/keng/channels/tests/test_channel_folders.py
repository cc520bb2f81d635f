"""One folder is the whole channel: its wire, its fake and its tests. A new one has all three."""

import importlib
from pathlib import Path

import pytest

from keng import channels
from keng.channels.fake import FakeClock, FakeProvider, Faults, running_provider
from keng.channels.tests.talk import get, post

HERE = Path(channels.__file__).parent
WITHOUT_FAKE = {
    "by_hand": "nobody is asked: a person passes the message on",
    "sandbox": "it is a fake itself: its messages are rows that a demo's phones show",
}


def fake_of(code: str) -> type[FakeProvider]:
    """The one provider that the channel's package of fakes offers."""
    package = importlib.import_module(f"keng.channels.{code}.fake")
    offered = [getattr(package, name) for name in package.__dict__ if name.startswith("Fake")]
    (provider,) = {
        each
        for each in offered
        if isinstance(each, type)
        and issubclass(each, FakeProvider)
        and each.__module__.startswith(package.__name__)
    }
    return provider


def test_only_channels_that_ask_no_provider_have_no_fake() -> None:
    asking_nobody = channels.codes_where(lambda one: one.transport not in ("http", "smtp"))
    assert sorted(asking_nobody) == sorted(WITHOUT_FAKE)
    assert not [code for code in WITHOUT_FAKE if (HERE / code / "fake").exists()]


@pytest.mark.parametrize("code", sorted({*channels.channel_codes()} - {"by_hand"}))
def test_a_channel_has_tests_in_its_folder(code: str) -> None:
    # By hand is built and sends nothing: test_channels tries it with all others.
    assert list((HERE / code / "tests").glob("test_*.py"))


@pytest.mark.parametrize("code", sorted({*channels.channel_codes()} - WITHOUT_FAKE.keys()))
def test_a_fake_has_a_journal_faults_and_a_clock_that_one_sets(code: str) -> None:
    # Each has settings of its own, all of them with defaults.
    fake = fake_of(code)()  # type: ignore[call-arg]
    assert isinstance(fake.faults, Faults)
    assert isinstance(fake.clock, FakeClock)
    with running_provider(fake):
        post(f"{fake.base}/_fake/clock", {"set": 1000.0, "stopped": True})
        post(f"{fake.base}/_fake/next", {"match": "/anything", "status": 418, "body": {"n": 1}})
        assert get(f"{fake.base}/anything") == {"n": 1}
        (entry,) = get(f"{fake.base}/_fake/journal")
        assert fake.credentials()
    assert (entry["path"], entry["status"], entry["fault"]) == ("/anything", 418, "replace")
    assert entry["at"] == fake.clock.now() == 1000.0
