"""What changes a claim; each function is one decision that can be explained."""

from keng.claims.actions.asking import TooManyClaims, add_claim, ask_claim
from keng.claims.actions.deciding import answer_claim_with, put_claim_out_of_scope, withdraw_claim
from keng.claims.actions.errors import AlreadyEnded, NothingToObject, NotPublished, YourOwn
from keng.claims.actions.objections import may_object_to_out_of_scope, object_to_out_of_scope
from keng.claims.actions.writing import publish_claim, send_back_claim, submit_claim, write_claim

__all__ = [
    "AlreadyEnded",
    "NotPublished",
    "NothingToObject",
    "TooManyClaims",
    "YourOwn",
    "add_claim",
    "answer_claim_with",
    "ask_claim",
    "may_object_to_out_of_scope",
    "object_to_out_of_scope",
    "publish_claim",
    "put_claim_out_of_scope",
    "send_back_claim",
    "submit_claim",
    "withdraw_claim",
    "write_claim",
]
