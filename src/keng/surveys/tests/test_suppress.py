"""No small cell is published, and none can be calculated back from what is."""

from hypothesis import given
from hypothesis import strategies as st

from keng.kit.small_counts import FEWEST_SHOWN
from keng.surveys import suppress
from keng.surveys.suppress import PlaceCell

counts = st.lists(st.integers(0, 40), min_size=2, max_size=8)
cells = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
        lambda two: PlaceCell(max(two), min(two))
    ),
    min_size=1,
    max_size=8,
)


@given(counts)
def test_a_small_count_is_hidden_and_what_is_hidden_has_no_small_sum(numbers):
    why = suppress.hidden_parts(numbers)
    hidden = [n for n, reason in zip(numbers, why, strict=True) if reason]
    assert all(reason for n, reason in zip(numbers, why, strict=True) if n < FEWEST_SHOWN)
    # Total minus what is shown is all that a reader can calculate: never one line, never a handful.
    assert (
        not hidden
        or len(hidden) == len(numbers)
        or (len(hidden) > 1 and sum(hidden) >= FEWEST_SHOWN)
    )


@given(cells)
def test_the_rest_of_a_table_by_place_is_never_one_place_and_never_a_handful(rows):
    table = {str(at): cell for at, cell in enumerate(rows)}
    why = suppress.hidden_places(table)
    if why is None:
        return
    hidden = [cell for key, cell in table.items() if why[key]]
    assert all(why[key] for key, cell in table.items() if cell.is_small)
    together = sum(hidden, PlaceCell(0, 0))
    assert not hidden or (len(hidden) > 1 and not together.is_small)


@given(cells)
def test_a_reader_who_subtracts_cannot_settle_a_single_hidden_place(rows):
    """Also one who knows how many answered there: the totals leave every small place open."""
    table = {str(at): cell for at, cell in enumerate(rows)}
    why = suppress.hidden_places(table)
    rest = sum((table[key] for key in table if why and why[key]), PlaceCell(0, 0))
    for cell in (table[key] for key in table if why and why[key] and table[key].is_small):
        most = min(cell.answered, rest.marked)
        least = max(0, cell.answered - (rest.answered - rest.marked))
        assert cell.answered == 0 or most > least
        if cell.answered < FEWEST_SHOWN:
            assert (least, most) == (0, cell.answered)


def test_a_hidden_place_is_never_the_only_one_that_a_subtraction_leaves():
    table = {"A": PlaceCell(50, 25), "B": PlaceCell(40, 20), "C": PlaceCell(3, 3)}
    assert suppress.hidden_places(table) == {"A": "", "B": "back", "C": "small"}
    # Two small ones together are still a handful, so a third one goes with them.
    table = {
        "A": PlaceCell(50, 25),
        "B": PlaceCell(40, 20),
        "C": PlaceCell(2, 2),
        "D": PlaceCell(1, 0),
    }
    assert suppress.hidden_places(table) == {"A": "", "B": "back", "C": "small", "D": "small"}
    assert suppress.hidden_places({"A": PlaceCell(50, 25), "C": PlaceCell(3, 3)}) is None


def test_the_design_hides_the_small_hamlet_and_the_next_smallest():
    table = {
        "Ninh Khánh": PlaceCell(148, 98),
        "Sen Hồ": PlaceCell(131, 80),
        "Yên Ninh": PlaceCell(96, 47),
        "My Điền": PlaceCell(4, 3),
        "Phúc Long": PlaceCell(33, 15),
    }
    assert suppress.hidden_places(table) == {
        "Ninh Khánh": "",
        "Sen Hồ": "",
        "Yên Ninh": "",
        "My Điền": "small",
        "Phúc Long": "back",
    }
