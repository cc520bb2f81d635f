"""No small cell is published, and none can be calculated back from what is."""

from hypothesis import given
from hypothesis import strategies as st

from keng.surveys import suppress
from keng.surveys.suppress import FEWEST, Cell

counts = st.lists(st.integers(0, 40), min_size=2, max_size=8)
cells = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda two: Cell(max(two), min(two))),
    min_size=1, max_size=8,
)  # fmt: skip


@given(counts)
def test_a_small_count_is_hidden_and_what_is_hidden_has_no_small_sum(numbers):
    why = suppress.parts(numbers)
    hidden = [n for n, reason in zip(numbers, why, strict=True) if reason]
    assert all(reason for n, reason in zip(numbers, why, strict=True) if n < FEWEST)
    # Total minus what is shown is all that a reader can calculate: never one line, never a handful.
    assert not hidden or len(hidden) == len(numbers) or (len(hidden) > 1 and sum(hidden) >= FEWEST)


@given(cells)
def test_the_rest_of_a_table_by_place_is_never_one_place_and_never_a_handful(rows):
    table = {str(at): cell for at, cell in enumerate(rows)}
    why = suppress.places(table)
    if why is None:
        return
    hidden = [cell for key, cell in table.items() if why[key]]
    assert all(why[key] for key, cell in table.items() if cell.is_small)
    together = sum(hidden, Cell(0, 0))
    assert not hidden or (len(hidden) > 1 and not together.is_small)


@given(cells)
def test_a_reader_who_subtracts_cannot_settle_a_single_hidden_place(rows):
    """From both totals: for every hidden place another number would fit as well."""
    table = {str(at): cell for at, cell in enumerate(rows)}
    why = suppress.places(table)
    hidden = [key for key in table if why and why[key]]
    rest = sum((table[key] for key in hidden), Cell(0, 0))
    for key in hidden:
        others = [one for one in hidden if one != key]
        assert others
        # All of the rest may as well lie in another place, or all of it here.
        fits = {table[key].marked, 0, rest.marked}
        assert len(fits) > 1


def test_the_design_hides_the_small_hamlet_and_the_next_smallest():
    table = {
        "Ninh Khánh": Cell(148, 98), "Sen Hồ": Cell(131, 80), "Yên Ninh": Cell(96, 47),
        "My Điền": Cell(4, 3), "Phúc Long": Cell(33, 15),
    }  # fmt: skip
    assert suppress.places(table) == {
        "Ninh Khánh": "", "Sen Hồ": "", "Yên Ninh": "", "My Điền": "small", "Phúc Long": "back"
    }  # fmt: skip
