"""`keng analyse`: what the machine reads in each tip of a file, or which tips tell of one incident.

One JSON object a line, printed as the tips are read. A line that cannot be read is named among the
errors, and the rest goes on.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from keng.cli.tip_lines import FaultyLine, TipLine, tip_lines
from keng.language.analyse import analyse_text
from keng.language.same_incident import IncidentTraits, incident_traits, same_incident
from keng.places.commune_names import names_of_communes
from keng.places.communes_in_text import CommunesInText, communes_in_text
from keng.runtime.errors import CannotContinue

# Every tip is compared with every other one: so many are two million pairs.
MOST_IN_PAIRS = 2000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "--jsonl",
        metavar="FILE",
        help='one {"id", "text"} object a line, "province" and "commune_of_channel" (codes) if '
        'known; "-" reads standard input. Prints for each its categories, urgency, communes, scam '
        "and indicators",
    )
    asked.add_argument(
        "--pairs",
        metavar="FILE",
        help='the same lines; prints {"a", "b", "score"} for every two of them, from 0.5 on they '
        f"tell of one incident (at most {MOST_IN_PAIRS} tips)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each tip or pair; 1 if there was a line that could not be read."""
    faults: list[FaultyLine] = []
    try:
        with _opened(arguments.jsonl or arguments.pairs) as file:
            tips = _without_faults(tip_lines(file), faults)
            found = analyse_tips(tips) if arguments.jsonl else pair_scores(tips)
            for result in found:
                print(json.dumps(result, ensure_ascii=False), flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotContinue(str(error)) from error
    return 1 if faults else 0


def analyse_tips(tips: Iterable[TipLine]) -> Iterator[dict[str, Any]]:
    """What is printed of each tip."""
    for tip in tips:
        communes = communes_of(tip)
        yield {
            "id": tip.id,
            **analyse_text(tip.text),
            "commune": communes.commune,
            "communes": list(communes.ranked),
        }


def pair_scores(tips: Iterable[TipLine]) -> Iterator[dict[str, Any]]:
    """Every two tips, in the order of the file, with how likely they tell of one incident."""
    known = [(tip.id, traits_of(tip)) for tip in itertools.islice(tips, MOST_IN_PAIRS + 1)]
    if len(known) > MOST_IN_PAIRS:
        raise CannotContinue(f"More than {MOST_IN_PAIRS} tips cannot be compared at once.")
    for (one, traits), (other, others) in itertools.combinations(known, 2):
        yield {"a": one, "b": other, "score": round(same_incident(traits, others), 4)}


def _without_faults(
    lines: Iterable[TipLine | FaultyLine], faults: list[FaultyLine]
) -> Iterator[TipLine]:
    for line in lines:
        if isinstance(line, TipLine):
            yield line
        else:
            faults.append(line)
            print(f"keng: {line}", file=sys.stderr)


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def communes_of(tip: TipLine) -> CommunesInText:
    """Where its text is about; the commune it was sent from decides among namesakes."""
    return communes_in_text(tip.text, tip.province, tip.commune_of_channel)


def traits_of(tip: TipLine) -> IncidentTraits:
    """What tells its event from others, as the desk compares two tips."""
    communes = communes_of(tip).may_be_about(tip.commune_of_channel)
    return incident_traits(
        tip.text,
        communes=communes,
        place_words=names_of_communes(communes),
        categories=analyse_text(tip.text)["category"],
    )
