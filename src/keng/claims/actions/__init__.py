"""What changes a claim; each function is one decision that can be explained."""

from keng.claims.actions.asking import TooMany, add, ask
from keng.claims.actions.deciding import answer_with, put_out_of_scope, withdraw
from keng.claims.actions.errors import (
    AlreadyEnded,
    NothingToObject,
    NotPublished,
    NotSubmitted,
    StalePublication,
    YourOwn,
)
from keng.claims.actions.objecting import may_object, object_to
from keng.claims.actions.writing import publish, send_back, submit, write

__all__ = [
    "AlreadyEnded",
    "NotPublished",
    "NotSubmitted",
    "NothingToObject",
    "StalePublication",
    "TooMany",
    "YourOwn",
    "add",
    "answer_with",
    "ask",
    "may_object",
    "object_to",
    "publish",
    "put_out_of_scope",
    "send_back",
    "submit",
    "withdraw",
    "write",
]
