"""What changes a warning; each function is one decision an officer can explain."""

from keng.warnings.actions.asking import call_province
from keng.warnings.actions.drafting import draft, revise, send_back, submit
from keng.warnings.actions.errors import (
    AlreadyRecalled,
    NobodyThere,
    NotPublished,
    NotSubmitted,
    NotYours,
    NumbersUnchecked,
    RecallWaits,
    SetUpAnAuthor,
    StaleApproval,
    StyleStops,
    WordsStop,
)
from keng.warnings.actions.recalling import (
    approve_recall,
    ask_recall,
    recall,
    refuse_recall,
    withdraw_recall,
)
from keng.warnings.actions.releasing import approve, note_reading

__all__ = [
    "AlreadyRecalled",
    "NobodyThere",
    "NotPublished",
    "NotSubmitted",
    "NotYours",
    "NumbersUnchecked",
    "RecallWaits",
    "SetUpAnAuthor",
    "StaleApproval",
    "StyleStops",
    "WordsStop",
    "approve",
    "approve_recall",
    "ask_recall",
    "call_province",
    "draft",
    "note_reading",
    "recall",
    "refuse_recall",
    "revise",
    "send_back",
    "submit",
    "withdraw_recall",
]
