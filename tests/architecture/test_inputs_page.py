"""docs/reference/inputs.md says what the forms, the tables and the upload pages apply."""

from keng.kit.forms import Form
from tests.architecture import inputs_page


def test_the_page_is_what_is_applied():
    said = inputs_page.PAGE.read_text()
    assert said == inputs_page.page(), "python -m tests.architecture.inputs_page"


def test_every_page_that_takes_files_has_its_row():
    assert inputs_page.file_pages() == set(inputs_page.file_rules())


def test_every_form_is_found_and_those_of_tests_are_not():
    class FormOfATest(Form):
        """None of the product."""

    names = {form.__name__ for form in inputs_page.all_forms()}
    assert {"SignInForm", "DescribeForm", "AskWithoutReceiptForm", "FilmForm"} <= names
    assert FormOfATest.__name__ not in names
    assert len(names) > 60
