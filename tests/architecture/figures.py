"""How the house looks, in figures: `python -m tests.architecture.figures` prints them.

Nothing is limited here: what has to be zero is held by tests, which count it in the same way.
"""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.source import KENG, ROOT, TOOLS, imports, is_test, name, python_files
from tests.architecture.test_names import doubles, modules_of
from tests.architecture.test_shape import pages, too_wide

LARGEST_SHOWN = 12


def lines_of(file: Path) -> int:
    return len(file.read_text().splitlines())


def is_shipped(file: Path) -> bool:
    """What a wheel holds: neither tests nor the stand-ins of providers."""
    return not is_test(file) and "fake" not in file.parts and not file.stem.startswith("fake")


def area_of(file: Path) -> str:
    return file.relative_to(KENG).parts[0].removesuffix(".py")


def module_of(file: Path) -> str:
    dotted = ".".join(file.relative_to(KENG.parent).with_suffix("").parts)
    return dotted.removesuffix(".__init__")


def imported_at_once(file: Path) -> Iterator[str]:
    """What a module imports when it is loaded: not for types alone, nor inside a function."""
    tree = ast.parse(file.read_text())
    tree.body = [
        each
        for each in tree.body
        if not (isinstance(each, ast.If) and "TYPE_CHECKING" in ast.dump(each.test))
        and not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    yield from imports(tree)


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which leads to every other (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    sys.setrecursionlimit(10_000)
    for module in sorted(graph):
        if module not in index:
            visit(module)
    return found


def import_graph(files: list[Path]) -> dict[str, set[str]]:
    modules = {module_of(file) for file in files}
    graph: dict[str, set[str]] = {}
    for file in files:
        known = set()
        for each in imported_at_once(file):
            # A module, or a name taken from one.
            known |= {each} & modules or {each.rpartition(".")[0]} & modules
        graph[module_of(file)] = known - {module_of(file)}
    return graph


def too_complex() -> int:
    """Functions over complexity 10, as ruff counts them."""
    ruff = [sys.executable, "-m", "ruff", "check", "--select", "C901"]
    asked = [*ruff, "--output-format", "concise", str(KENG), str(TOOLS)]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return sum("C901" in line for line in answer.splitlines())


def figures() -> Iterator[tuple[str, object]]:
    files = python_files(KENG)
    shipped = [file for file in files if is_shipped(file)]
    by_area, modules = Counter[str](), Counter[str]()
    for file in shipped:
        by_area[area_of(file)] += lines_of(file)
        modules[area_of(file)] += 1
    yield "areas", len(by_area)
    for area, count in by_area.most_common(LARGEST_SHOWN):
        yield (
            f"  {area}",
            f"{count} lines in {modules[area]} modules",
        )
    yield "lines of the shipped package", sum(by_area.values())
    yield "  modules", len(shipped)
    yield "lines of its tests", sum(lines_of(file) for file in files if is_test(file))
    yield "lines of the tools", sum(lines_of(file) for file in python_files(TOOLS))
    yield "circles of modules", len(circles(import_graph(shipped)))
    yield (
        "public names not unique in their area",
        sum(len(doubles(modules_of(area))) for area in by_area),
    )
    yield "functions over complexity 10", too_complex()
    texts = [file.read_text() for file in files]
    yield "statements kept from the formatter", sum(text.count("fmt: " + "skip") for text in texts)
    yield (
        "template lines over 120 that are no sentence",
        sum(too_wide(line) for page in pages() for line in page.read_text().splitlines()),
    )
    longest = max(shipped, key=lines_of)
    yield "longest module", f"{name(longest)}, {lines_of(longest)} lines"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for what, figure in figures():
        print(f"{what}: {figure}")
