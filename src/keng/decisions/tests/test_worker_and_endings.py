"""What the worker destroys, while the reporter holds a part of it."""

import datetime
import threading

import pytest
from django.db import connection, transaction

from keng.decisions import out_of_scope, triage
from keng.kit import times
from keng.tips.models import Tip
from keng.vault.models import SealedIdentity
from tests import make


@pytest.mark.django_db(transaction=True)
def test_who_objects_in_the_last_second_of_the_week_finds_the_words_still_sealed(monkeypatch):
    province = make.province_unit()
    make.unit_key(province)
    make.clock_rules()
    unit = make.unit(parent=province)
    tip = make.tip(unit=unit, text="Lời của người báo")
    triage.decline_tip(
        tip.pk, kind="out_of_scope", reply="Ngoài phạm vi.", by=make.officer(unit=unit)
    )
    end, second = times.now(), datetime.timedelta(seconds=1)
    Tip.objects.filter(pk=tip.pk).update(closed_at=end - out_of_scope.OBJECTION_WITHIN)
    destroyed = []

    def destroy():
        try:
            destroyed.append(out_of_scope.destroy_expired_content())
        finally:
            connection.close()

    with transaction.atomic():
        monkeypatch.setattr(times, "now", lambda: end - second)
        out_of_scope.object_to_sealing(tip.pk)
        monkeypatch.setattr(times, "now", lambda: end + second)
        worker = threading.Thread(target=destroy)
        worker.start()
        worker.join(20)
    assert destroyed == [0]
    assert SealedIdentity.objects.filter(kind=SealedIdentity.Kind.CONTENT).exists()
