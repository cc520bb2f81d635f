"""Learn the weights of the clues of danger: `python -m tests.train_danger` writes them anew.

The same sentences give the same weights. `--check` trains on nine tenths and reads the last tenth,
ten times, and prints the shares.
"""

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from keng.language.danger.clues import BIAS
from keng.language.danger.reading import clues_in
from keng.language.fold import fold
from tests.logistic import fit_logistic

DATA = resources.files("keng.language.tests").joinpath("data")
# Sentences of the developers, and those of others that were read while developing.
FILES = ("danger_own.jsonl", "danger_seen.jsonl", "danger_seen_2.jsonl", "danger_seen_3.jsonl")
WEIGHTS = Path(str(resources.files("keng.language.danger").joinpath("weights.csv")))
STRICTNESS = 0.5
ROUNDS = 60
# A clue of a single sentence says more about the sentence than about danger.
LEAST_SENTENCES = 2
LEAST_WEIGHT = 0.02
LEAST_SHARE = 0.3
THRESHOLDS = (-1.0, -0.8, -0.6, -0.4, -0.2, 0.0)
# What the writers of the sentences called the kinds, as the rules call them.
KINDS = {
    "break_in": {
        "breakin",
        "break-in",
    },
    "self_harm": {
        "suicide",
        "self-harm",
        "suicidal thoughts",
        "suicide announced",
        "suicide attempt",
    },
    "rescue": {
        "drowning_accident",
        "drowning",
        "collapse",
        "crush",
        "dam leak",
        "electric shock",
        "fall",
        "flood",
        "rockfall",
        "traffic accident",
        "unsafe building",
        "adrift at sea",
        "suffocation",
    },
    "health": {
        "medical",
        "overdose",
        "poisoning",
        "unconscious",
    },
    "fire": {
        "carbon monoxide",
        "explosion",
        "gas",
        "arson threat",
    },
    "violence": {
        "acid attack",
        "armed racing tonight",
        "gang attack",
        "gang fight",
        "elder beaten",
        "knife attack",
        "mob beating",
        "planned fight",
        "school beating",
        "stabbing",
    },
    "threat": {
        "death threat",
        "death threat on the way",
        "knife threat",
        "stalking",
        "threat with weapon",
    },
    "taken": {
        "forced labour",
        "held against will",
        "hostage",
        "sexual assault",
    },
    "home": {
        "domestic violence",
        "domestic violence repeated",
    },
    "robbery": {
        "armed robbery",
    },
    "missing": {
        "missing person",
        "elder not seen",
    },
    "lost_child": {
        "missing child",
    },
    "child_alone": {
        "child locked in",
        "child falling",
    },
    "child": {
        "child abduction",
        "child beaten",
        "child chained",
        "child neglect",
        "child sexual abuse",
        "child sexual abuse told",
        "child threatened",
        "forced child marriage",
        "sextortion of child",
    },
    "bomb": {
        "explosives found",
    },
}
_KIND_OF = {theirs: kind for kind, names in KINDS.items() for theirs in names}

Row = dict[str, Any]
Names = list[str]


def sentences(files: Iterable[str] = FILES) -> list[Row]:
    """All sentences to learn from."""
    found = []
    for name in files:
        text = DATA.joinpath(name).read_text(encoding="utf-8")
        found += [json.loads(line) for line in text.splitlines()]
    return found


def ways_of_writing(row: Row) -> list[str]:
    """A Vietnamese sentence is learned with and without its accents."""
    text = row["text"]
    plain = fold(text)
    return [text] if row["language"] != "vi" or plain == text.lower() else [text, plain]


def learn(rows: Sequence[Row]) -> dict[str, float]:
    """The weight of each clue that stands in more than one sentence."""
    examples: list[Names] = []
    signs: list[int] = []
    sentences_with = Counter[str]()
    for row in rows:
        seen: set[str] = set()
        for text in ways_of_writing(row):
            names = clues_in(text)
            seen |= names
            examples.append(sorted(names))
            signs.append(1 if row["danger"] else -1)
        sentences_with.update(seen)
    kept = [
        [*(name for name in names if sentences_with[name] >= LEAST_SENTENCES), BIAS]
        for names in examples
    ]
    return fit_logistic(kept, signs, strictness=STRICTNESS, rounds=ROUNDS)


def kinds_of(rows: Sequence[Row], names: Iterable[str]) -> dict[str, str]:
    """For each clue the kind of danger in whose sentences it stands most often."""
    sizes = Counter[str]()
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for row in rows:
        if not row["danger"]:
            continue
        theirs: str = row["kind"]
        kind = _KIND_OF.get(theirs, theirs)
        sizes[kind] += 1
        for name in {name for text in ways_of_writing(row) for name in clues_in(text)}:
            if name in counts:
                counts[name][kind] += 1
    return {name: _likeliest(among, sizes) for name, among in counts.items()}


def _likeliest(among: Counter[str], sizes: Counter[str]) -> str:
    """A kind of few sentences needs more than one; what stands in all kinds speaks for none."""
    share = {kind: among[kind] / (sizes[kind] + 10) for kind in sorted(sizes)}
    kind = max(share, key=share.__getitem__)
    return kind if share[kind] >= LEAST_SHARE * sum(share.values()) else ""


def as_file(rows: Sequence[Row]) -> str:
    """The weights as they are committed."""
    learned = {
        name: weight
        for name, weight in learn(rows).items()
        if abs(weight) >= LEAST_WEIGHT or name == BIAS
    }
    kinds = kinds_of(rows, [name for name, weight in learned.items() if weight > 0])
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("clue", "weight", "kind"))
    for name in sorted(learned):
        writer.writerow((name, f"{learned[name]:.2f}", kinds.get(name, "")))
    return made.getvalue()


def check(rows: Sequence[Row], parts: int = 10) -> list[tuple[float, bool, str]]:
    """Each sentence with the sum it has by weights that were learned without it."""
    scored = []
    for part in range(parts):
        weights = learn([row for i, row in enumerate(rows) if i % parts != part])
        for row in rows[part::parts]:
            for text in ways_of_writing(row):
                names = clues_in(text) | {BIAS}
                score = sum(weights.get(name, 0.0) for name in names)
                scored.append((score, bool(row["danger"]), row["language"]))
    return scored


def main() -> None:
    """Write the weights, or check how well they read what they have not seen."""
    rows = sentences()
    if "--check" not in sys.argv[1:]:
        WEIGHTS.write_text(as_file(rows), encoding="utf-8")
        return
    scored = check(rows)
    dangers = sum(is_danger for _score, is_danger, _language in scored)
    for least in THRESHOLDS:
        taken = [is_danger for score, is_danger, _language in scored if score >= least]
        shares = f"recall {sum(taken) / dangers:.3f} precision {sum(taken) / len(taken):.3f}"
        print(f"{least:5.1f} {shares}")


if __name__ == "__main__":
    main()
