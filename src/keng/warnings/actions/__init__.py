"""What changes a warning; each function is one decision an officer can explain."""

from keng.warnings.actions.drafting import (
    draft_warning,
    revise_warning,
    send_back_warning,
    submit_warning,
)
from keng.warnings.actions.errors import (
    AlertIsTaken,
    AlreadyRecalled,
    ChangeNoteStops,
    NobodyThere,
    NoChangeNote,
    RecallWaits,
    RecallWordsStop,
    StyleStops,
)
from keng.warnings.actions.held_acts import let_held_go
from keng.warnings.actions.official_alerts import dismiss_alert
from keng.warnings.actions.province_call import call_province
from keng.warnings.actions.recalling import (
    approve_recall,
    ask_recall,
    recall_warning,
    refuse_recall,
    withdraw_recall,
)
from keng.warnings.actions.releasing import approve_warning, note_reading

__all__ = [
    "AlertIsTaken",
    "AlreadyRecalled",
    "ChangeNoteStops",
    "NoChangeNote",
    "NobodyThere",
    "RecallWaits",
    "RecallWordsStop",
    "StyleStops",
    "approve_recall",
    "approve_warning",
    "ask_recall",
    "call_province",
    "dismiss_alert",
    "draft_warning",
    "let_held_go",
    "note_reading",
    "recall_warning",
    "refuse_recall",
    "revise_warning",
    "send_back_warning",
    "submit_warning",
    "withdraw_recall",
]
