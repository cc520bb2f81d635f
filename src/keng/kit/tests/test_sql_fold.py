"""The database folds words as `fold` does."""

import pytest
from django.db.models import Value

from keng.kit.sql_fold import sql_folded
from keng.language.fold import fold
from keng.places.models import Place
from tests import make


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    ["Phường Nếnh", "ĐƯỜNG ĐÊ", "thôn Đồng Vàng 10", "No\u031b\u0309 ho\u0302\u0300ng", "abc"],
)
def test_the_database_folds_as_python_does(words):
    make.place()
    assert Place.objects.values_list(sql_folded(Value(words)), flat=True)[0] == fold(words)
