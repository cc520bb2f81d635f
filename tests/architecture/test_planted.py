"""The planted faults still fit the product, and name tests that exist."""

import dataclasses

import pytest

from tests.planted.scratch import NotRun, Scratch
from tests.planted.table import LAYERS, PHASES, ROOT, all_faults

FAULTS = {fault.name: fault for fault in all_faults()}
ENOUGH = 20
LAYERS_FAULT = FAULTS["lower_area_imports_a_higher_one"]


def test_there_are_enough_and_some_for_each_phase():
    assert len(FAULTS) >= ENOUGH
    assert {fault.phase for fault in FAULTS.values()} == set(PHASES)


@pytest.mark.parametrize("name", FAULTS)
def test_what_a_fault_replaces_stands_in_the_product_once(name):
    fault = FAULTS[name]
    assert fault.places == 1, (
        f"{fault.file} has changed: write tests/planted/faults/{name}.toml anew"
    )
    assert fault.new != fault.old
    assert fault.why.endswith(".")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_names_tests_that_exist(name):
    for test in FAULTS[name].tests:
        file, _, function = test.partition("::")
        if file == LAYERS:
            continue
        source = (ROOT / file).read_text()
        assert not function or f"def {function.partition('[')[0]}(" in source, test


@pytest.fixture(scope="module")
def scratch():
    with Scratch() as made:
        yield made


def test_a_fault_is_caught_in_the_copy_and_taken_out_of_it_again(scratch):
    before = (ROOT / LAYERS_FAULT.file).read_bytes()
    assert scratch.caught_by(LAYERS_FAULT) == LAYERS
    assert (scratch.folder / LAYERS_FAULT.file).read_bytes() == before
    assert (ROOT / LAYERS_FAULT.file).read_bytes() == before


def test_what_no_test_minds_is_missed(scratch):
    harmless = dataclasses.replace(LAYERS_FAULT, new=f"{LAYERS_FAULT.old}\n")
    assert scratch.caught_by(harmless) == ""


def test_tests_that_do_not_run_say_nothing(scratch):
    nowhere = dataclasses.replace(LAYERS_FAULT, tests=("tests/architecture/test_nowhere.py",))
    with pytest.raises(NotRun):
        scratch.caught_by(nowhere)
