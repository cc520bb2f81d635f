"""What the worker does for this area."""

from datetime import timedelta

from keng.intake import fetch_media, forget_chats
from keng.intake.examination import examine
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask(
        "examine tips",
        examine.examine_tips,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=TaskPace.ALARM,
        is_shared=True,
    ),
    WorkerTask(
        "examine messages",
        examine.examine_messages,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=TaskPace.ALARM,
        is_shared=True,
    ),
    WorkerTask(
        "fetch files",
        fetch_media.fetch_files,
        is_woken=True,
        every=timedelta(seconds=5),
        pace=TaskPace.SLOW,
        is_shared=True,
    ),
    WorkerTask(
        "forget by what files are known",
        forget_chats.forget_file_hashes,
        every=timedelta(seconds=30),
    ),
    WorkerTask(
        "forget whose chat it was", forget_chats.forget_message_hashes, every=timedelta(seconds=30)
    ),
    WorkerTask(
        "forget which messages came before",
        forget_chats.forget_dedupe_keys,
        every=timedelta(minutes=1),
    ),
    WorkerTask(
        "forget by what ids providers know messages",
        forget_chats.forget_message_ids,
        every=timedelta(minutes=10),
    ),
]
