"""The planted faults still fit the product, and name tests that exist."""

import pytest

from tests.planted.table import LAYERS, PHASES, ROOT, all_faults

FAULTS = {fault.name: fault for fault in all_faults()}
ENOUGH = 20


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
