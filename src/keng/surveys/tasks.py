"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.surveys import drafts
from keng.surveys.actions import counting, opening
from keng.surveys.chat import talk_state, turns

TASKS = [
    WorkerTask(
        "answer surveys in chats", turns.answer_turn, is_woken=True, every=timedelta(seconds=5)
    ),
    WorkerTask(
        "surveys left for a report", turns.end_talk_left_for_report, every=timedelta(seconds=3)
    ),
    WorkerTask(
        "close surveys by their day", opening.close_survey_by_day, every=timedelta(minutes=1)
    ),
    WorkerTask(
        "count surveys",
        counting.count_closed_survey,
        every=timedelta(seconds=5),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "mix survey answers", counting.mix_answers, every=timedelta(minutes=5), pace=TaskPace.SLOW
    ),
    WorkerTask(
        "forget survey answers",
        counting.forget_answers,
        every=timedelta(hours=6),
        pace=TaskPace.SLOW,
    ),
    WorkerTask("survey chats", talk_state.sweep_talks, every=timedelta(minutes=5)),
    WorkerTask("survey drafts", drafts.sweep_drafts, every=timedelta(minutes=10)),
]
