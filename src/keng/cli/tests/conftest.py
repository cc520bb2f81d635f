"""Settings as an operator has them: of one file, and none of whoever runs the tests."""

import pytest

from keng.kit import configuration
from keng.kit.configuration import SETTING_CHECKS


@pytest.fixture
def only_settings_of_test(monkeypatch, tmp_path):
    """An empty data folder, and no file of the system's."""
    for name in SETTING_CHECKS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(configuration, "SYSTEM_SETTINGS_FILE", tmp_path / "etc" / "keng.env")
    (tmp_path / "etc").mkdir()


@pytest.fixture
def own_file(tmp_path):
    return tmp_path / "data" / "keng.env"


@pytest.fixture
def system_file(tmp_path):
    return tmp_path / "etc" / "keng.env"
