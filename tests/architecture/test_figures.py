"""What the printed figures count, counted rightly."""

from tests.architecture.figures import circles, figures, import_graph, is_shipped
from tests.architecture.source import KENG, python_files


def test_no_modules_import_each_other_in_a_circle():
    shipped = [file for file in python_files(KENG) if is_shipped(file)]
    assert len(shipped) > 500
    assert not circles(import_graph(shipped))


def test_a_circle_would_be_noticed():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert circles(graph) == [["b", "c"]]


def test_every_figure_has_words(capsys):
    told = dict(figures())
    assert told["functions over complexity 10"] == 0
    assert int(str(told["lines of the shipped package"])) > int(str(told["lines of the tools"]))
