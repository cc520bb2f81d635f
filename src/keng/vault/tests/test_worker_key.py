"""The worker's key is renewed once, however many ask at once."""

import threading

import pytest
from django.db import connection

from keng.vault import keys
from keng.vault.models import WorkerKey

ALL_END_WITHIN = 30


@pytest.mark.django_db(transaction=True)
def test_of_four_that_renew_it_at_once_one_makes_a_pair():
    together = threading.Barrier(4)
    renewed = []

    def renew():
        try:
            together.wait(ALL_END_WITHIN)
            renewed.append(keys.renew_worker_key())
        finally:
            connection.close()

    WorkerKey.objects.all().delete()
    threads = [threading.Thread(target=renew) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ALL_END_WITHIN)
    assert len(renewed) == 4
    assert WorkerKey.objects.count() == 1
