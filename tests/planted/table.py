"""The planted faults, read from `faults/`: one file each, by what stands in the product.

A file says why the fault would matter, in which phase of the tests it is caught, by which tests
(or by `lint-imports`), and which text of which file becomes which other text.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "faults"
ROOT = Path(__file__).parents[2]
PHASES = ("beside the code", "check", "journeys", "accessibility", "load")
LAYERS = "lint-imports"


@dataclass(frozen=True)
class Fault:
    """One text of the product replaced by another one."""

    name: str
    why: str
    phase: str
    tests: tuple[str, ...]
    file: str
    old: str
    new: str

    @property
    def places(self) -> int:
        """How often the text to replace stands in its file now; it must be once."""
        return (ROOT / self.file).read_text().count(self.old)

    def planted_in(self, text: str) -> str:
        """The file's text with the fault in it."""
        assert text.count(self.old) == 1, f"{self.name}: its old text is not there once"
        return text.replace(self.old, self.new)


def read_fault(file: Path) -> Fault:
    """One file of `faults/`; an unknown or a missing key is an error."""
    fields = tomllib.loads(file.read_text())
    return Fault(name=file.stem, tests=tuple(fields.pop("tests")), **fields)


def all_faults() -> list[Fault]:
    """Every fault, in the order of the phases, then by name."""
    faults = [read_fault(file) for file in FOLDER.glob("*.toml")]
    return sorted(faults, key=lambda fault: (PHASES.index(fault.phase), fault.name))
