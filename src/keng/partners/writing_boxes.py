"""Which boxes a partner's people fill in for which kind of text."""

from collections.abc import Mapping

from keng.accounts.models import Partner
from keng.partners.campaign_forms import CampaignWritingForms
from keng.partners.film_queries import ready_films_of_partner
from keng.partners.models import Manuscript
from keng.partners.place_forms import PlaceWritingForms
from keng.partners.writing_forms import CheckWritingForms, LessonWritingForms, WritingForms


def writing_forms_for(
    kind: str,
    data: Mapping[str, str] | None,
    typed: Mapping[str, str],
    *,
    partner: Partner,
    corrects: bool = False,
) -> WritingForms:
    """The boxes of a kind of text, with what was sent or what was kept."""
    if kind == Manuscript.Kind.LESSON:
        return LessonWritingForms(data, typed, films=ready_films_of_partner(partner))
    if kind == Manuscript.Kind.CAMPAIGN:
        return CampaignWritingForms(data, typed, partner=partner)
    if kind == Manuscript.Kind.PLACE:
        return PlaceWritingForms(data, typed, partner=partner)
    return CheckWritingForms(data, typed, partner=partner, corrects=corrects)
