"""Of which place and about what a feed is, as its address says."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from keng.places.models import Place
from keng.places.search import current_place
from keng.tips.topics import TOPIC_NAMES


@dataclass(frozen=True, slots=True)
class FeedFilter:
    """Empty: everything. A reader that asks for a place we do not know is told so."""

    place: Place | None = None
    topic: str = ""

    @classmethod
    def of_request(cls, request: HttpRequest) -> "FeedFilter":
        """Raises Http404 where place or topic are none of ours: an empty feed would be a lie."""
        code, topic = request.GET.get("place", ""), request.GET.get("topic", "")
        place = current_place(code[:20]) if code else None
        if (code and place is None) or (topic and topic not in TOPIC_NAMES):
            raise Http404
        return cls(place, topic)

    @property
    def query(self) -> str:
        """As the end of an address."""
        asked = {"place": self.place.code if self.place else "", "topic": self.topic}
        said = urlencode({name: value for name, value in asked.items() if value})
        return f"?{said}" if said else ""
