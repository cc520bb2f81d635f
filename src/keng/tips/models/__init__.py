"""Tips: what residents told us, where each stands, and the incident it speaks of."""

from keng.tips.models.alarm import Alarm, AlarmCall, BundledCall
from keng.tips.models.check_step import TipCheck
from keng.tips.models.decision import Clock, ClockRule, Decision, ReferenceCounter
from keng.tips.models.dialogue import Attachment, DialogueMessage, Note, WaitingPicture
from keng.tips.models.incident import Incident
from keng.tips.models.legal_hold import LegalHold
from keng.tips.models.listing_evidence import ListingEvidence
from keng.tips.models.named_sight import BreakIn, Recusal
from keng.tips.models.open_tally import OpenTally
from keng.tips.models.pending_ending import HeldEnding
from keng.tips.models.ready_answer import AnswerTemplate, TipReader
from keng.tips.models.receipt import HandedCode, OneTimeLink, Receipt, ShownCode
from keng.tips.models.restriction import Restriction
from keng.tips.models.saved_search import SavedSearch
from keng.tips.models.sighting import Sighting, Suggestion
from keng.tips.models.taken_down import TakenDown
from keng.tips.models.tip import Tip, TipConcern
from keng.tips.models.transfer import (
    OtherInstallation,
    Transfer,
    TransferArrival,
    TransferFile,
    TransferIdentity,
    TransferKey,
    TransferTrouble,
    TransferUpload,
)
from keng.tips.models.wave import Wave, WaveStep, WaveTip

__all__ = [
    "Alarm",
    "AlarmCall",
    "AnswerTemplate",
    "Attachment",
    "BreakIn",
    "BundledCall",
    "Clock",
    "ClockRule",
    "Decision",
    "DialogueMessage",
    "HandedCode",
    "HeldEnding",
    "Incident",
    "LegalHold",
    "ListingEvidence",
    "Note",
    "OneTimeLink",
    "OpenTally",
    "OtherInstallation",
    "Receipt",
    "Recusal",
    "ReferenceCounter",
    "Restriction",
    "SavedSearch",
    "ShownCode",
    "Sighting",
    "Suggestion",
    "TakenDown",
    "Tip",
    "TipCheck",
    "TipConcern",
    "TipReader",
    "Transfer",
    "TransferArrival",
    "TransferFile",
    "TransferIdentity",
    "TransferKey",
    "TransferTrouble",
    "TransferUpload",
    "WaitingPicture",
    "Wave",
    "WaveStep",
    "WaveTip",
]
