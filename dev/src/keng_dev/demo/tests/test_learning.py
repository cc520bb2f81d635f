"""What the demo teaches: whole in both languages, for both sizes of the demo."""

import pytest

from keng.lessons.lesson_form import LessonForm, initial_of_edition
from keng.lessons.models import Campaign, Edition, Film
from keng.lessons.queries import public_collections
from keng_dev.demo.people import PROVINCE, make_officers
from keng_dev.demo.province import learning
from keng_dev.demo.province.lesson_words import LESSONS
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch, settings):
    """Where the film is kept."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def unit():
    found = make.province_unit()
    make_officers(dict.fromkeys((PROVINCE, "07795", "07777"), found))
    return found


@pytest.mark.parametrize(("whole", "lessons", "shown"), [(True, 3, 1), (False, 2, 1)])
def test_both_sizes_of_the_demo_have_lessons(unit, whole, lessons, shown):
    learning.load(unit, whole=whole)
    assert Edition.objects.released().count() == lessons
    assert len(public_collections()) == shown
    assert Campaign.objects.released().count() == 1
    assert list(Film.objects.values_list("state", "seconds")) == ([("ready", 9)] if whole else [])


@pytest.mark.parametrize("number", range(len(LESSONS)))
def test_a_lesson_of_the_demo_could_have_been_written_on_the_desk(number):
    _, texts, right = LESSONS[number]
    form = LessonForm(initial_of_edition(texts, right))
    assert form.is_valid(), form.errors
    assert form.texts() == texts
    assert form.right() == right
