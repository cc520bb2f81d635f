"""Two installations for tests: each has keys of its own, and knows the other by its card."""

from contextlib import contextmanager

from keng.audit import heads
from keng.tips.models import OtherInstallation
from keng.transfers.card import InstallationCard
from keng.transfers.installations import add_installation
from keng.vault import transfer_seals


class Side:
    """An installation: a data folder, and the card that the other one has of it."""

    def __init__(self, name, folder, monkeypatch):
        self.name, self._folder, self._monkeypatch = name, folder, monkeypatch
        (folder / "keys").mkdir(parents=True)
        with self.here():
            heads.make_signing_key()
            transfer_seals.make_transfer_key()
            self.card = InstallationCard(
                name=name,
                province="24",
                phone="0204 000 113",
                signing_key=bytes(heads.verify_key()),
                sealing_key=transfer_seals.transfer_public_key(),
            )

    @contextmanager
    def here(self):
        """What is done inside is done with the keys of this one."""
        with self._monkeypatch.context() as patch:
            patch.setenv("KENG_DATA", str(self._folder))
            yield

    def known(self) -> OtherInstallation:
        """As the other one knows it."""
        key = self.card.signing_key
        return OtherInstallation.objects.known().filter(signing_key=key).get()


def two_sides(tmp_path, monkeypatch):
    """Both, each known to the other."""
    sides = [
        Side("Công an tỉnh Cũ", tmp_path / "old", monkeypatch),
        Side("Công an tỉnh Mới", tmp_path / "new", monkeypatch),
    ]
    for side in sides:
        add_installation(side.card)
    return sides
