"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import WorkerTask
from keng.limits.guesses import remove_refilled_guesses
from keng.limits.puzzles import remove_lapsed_puzzles
from keng.limits.shared import remove_old_counts

TASKS = [
    WorkerTask("remove old counts of networks", remove_old_counts, every=timedelta(minutes=1)),
    WorkerTask("remove refilled guesses", remove_refilled_guesses, every=timedelta(minutes=1)),
    WorkerTask("remove solved puzzles", remove_lapsed_puzzles, every=timedelta(minutes=5)),
]
