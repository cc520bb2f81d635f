"""What the public pages keep: unfinished reports, questions to a desk, meetings, channels."""

from keng.community.models.announcements import Meeting, OfficialChannel
from keng.community.models.drafts import Draft
from keng.community.models.questions import Question

__all__ = ["Draft", "Meeting", "OfficialChannel", "Question"]
