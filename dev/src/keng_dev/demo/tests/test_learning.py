"""What the demo teaches: whole in both languages, for both sizes of the demo."""

import os
import tempfile

import pytest

from keng.lessons.films import transcoding
from keng.lessons.films.probe import FilmRefused
from keng.lessons.lesson_form import LessonForm, initial_of_edition
from keng.lessons.models import Campaign, Edition, Film
from keng.lessons.queries import public_collections
from keng_dev.demo.people import PROVINCE, make_officers
from keng_dev.demo.province import learning
from keng_dev.demo.province.lesson_words import LESSONS
from tests import make

pytestmark = pytest.mark.django_db
# "nobody" of most systems.
SOMEBODY_ELSE = 65534


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch, settings):
    """Where the film is kept."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    return tmp_path


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root loads into a folder of another account")
def test_the_film_plays_where_root_loads_into_the_folder_of_another_account(unit, data):
    folder = data / "films"
    folder.mkdir(mode=0o700)
    os.chown(folder, SOMEBODY_ELSE, SOMEBODY_ELSE)
    # As a folder of data lies: passed by everybody.
    for above in data.parents:
        if above.stat().st_uid == 0 and str(above).startswith(tempfile.gettempdir()):
            above.chmod(0o711)
    data.chmod(0o711)
    learning.load(unit, whole=True)
    assert Film.objects.get().state == "ready"


def test_where_no_film_can_be_made_none_is_promised(unit, monkeypatch):
    def refuse(*_of_a_film):
        raise FilmRefused("broken")

    monkeypatch.setattr(transcoding, "transcode_film", refuse)
    learning.load(unit, whole=True)
    assert not Film.objects.exclude(state=Film.State.DISCARDED).exists()
    assert not Edition.objects.exclude(film=None).exists()


@pytest.mark.parametrize("number", range(len(LESSONS)))
def test_a_lesson_of_the_demo_could_have_been_written_on_the_desk(number):
    _, texts, right = LESSONS[number]
    form = LessonForm(initial_of_edition(texts, right))
    assert form.is_valid(), form.errors
    assert form.texts() == texts
    assert form.right() == right
