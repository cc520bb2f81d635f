"""What the public pages keep: unfinished reports, questions to a desk, meetings, channels."""

from keng.community.models.drafts import Draft
from keng.community.models.questions import Question
from keng.community.models.told import Meeting, OfficialChannel

__all__ = ["Draft", "Meeting", "OfficialChannel", "Question"]
