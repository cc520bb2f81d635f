"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Pace, Task
from keng.surveys import drafts
from keng.surveys.actions import counting, opening
from keng.surveys.chat import talk_state, turns

TASKS = [
    Task("answer surveys in chats", turns.answer_turn, is_woken=True, every=timedelta(seconds=5)),
    Task("surveys left for a report", turns.end_talk_left_for_report, every=timedelta(seconds=3)),
    Task("close surveys by their day", opening.close_survey_by_day, every=timedelta(minutes=1)),
    Task("count surveys", counting.count_closed_survey, every=timedelta(seconds=5), pace=Pace.SLOW),
    Task("mix survey answers", counting.mix_answers, every=timedelta(minutes=5), pace=Pace.SLOW),
    Task(
        "forget survey answers", counting.forget_answers, every=timedelta(hours=6), pace=Pace.SLOW
    ),
    Task("survey chats", talk_state.sweep_talks, every=timedelta(minutes=5)),
    Task("survey drafts", drafts.sweep_drafts, every=timedelta(minutes=10)),
]
