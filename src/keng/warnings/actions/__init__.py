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
    StaleApproval,
    StyleStops,
)
from keng.warnings.actions.releasing import approve, note_reading, recall

__all__ = [
    "AlreadyRecalled",
    "NobodyThere",
    "NotPublished",
    "NotSubmitted",
    "NotYours",
    "NumbersUnchecked",
    "StaleApproval",
    "StyleStops",
    "approve",
    "call_province",
    "draft",
    "note_reading",
    "recall",
    "revise",
    "send_back",
    "submit",
]
