"""Every act of a partner's member: for active members of an active partner, over their own."""

from typing import Any

import pytest
from django.db import transaction

from keng.accounts.models import Partner, PartnerMember
from keng.acts.act import ACTS
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.lessons.models import Film
from keng.partners.actions import (
    articles,
    campaign_acts,
    films,
    inviting,
    manuscripts,
    reach_acts,
    sharing,
    surveys,
)
from keng.partners.members_right import MEMBER
from keng.partners.models import Article, CampaignDay, KitShare, Manuscript, ReachDay
from keng.partners.tests import test_campaigns
from keng.partners.tests.stage import WORDS
from keng.partners.tests.survey_stage import SurveyStage
from keng.partners.tests.test_manuscripts import handed_in
from keng.surveys.models import Survey, SurveyResult
from keng.surveys.tests.stage import FEELS, RESULT
from keng.warnings.tests.ward import Ward

pytestmark = pytest.mark.django_db
BOXES: dict[str, Any] = {"typed": {}, "title": "Tên khác", "purpose": "fraud", "content": None}
FILM: dict[str, Any] = {"title": "Phim", "captions": {}, "words": {}}
# They name nothing that another partner could have.
OVER_NOTHING_OF_OTHERS = {
    "films.take_in_partner_film",
    "reach_acts.note_passed_on",
    "sharing.note_kit_share",
    "surveys.make_partner_survey",
}


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


class Room:
    """What a partner of two has: one wrote, handed in and published some, the other tries."""

    def __init__(self):
        self.stage = stage = SurveyStage()
        self.own = stage.binh
        self.other = stage.invited(name="Báo Thử", username="bao").member
        self.article = stage.submitted()
        self.text = handed_in(stage.thu, "check")
        self.draft = handed_in(stage.thu, "check")
        self.published = self.publish(handed_in(stage.thu, "lesson"))
        self.published_article = articles.publish_article(
            (one := stage.submitted()).pk, seen=one.digest_now, by=stage.binh
        )
        self.waiting = inviting.add_member(
            stage.partner.pk, name="Chi", username="chi", by=stage.administrator
        ).member
        stage.lesson, stage.other_place = self.published.lesson, stage.place
        self.campaign = test_campaigns.published(stage)
        self.survey = stage.draft(by=stage.binh)
        self.handed_in = surveys.submit_partner_survey(stage.draft().pk, by=stage.thu)
        self.open, self.counted, self.found_out = stage.opened(), stage.counted(), stage.counted()
        self.result = surveys.submit_partner_result(self.found_out.pk, RESULT, by=stage.thu)
        self.told = stage.published()
        self.version = Ward().published()
        sharing.note_kit_share(self.version.pk, groups=2, by=self.own)
        self.film = films.take_in_partner_film([b""], **FILM, by=stage.thu)
        Film.objects.update(state="refused", problem="no_film")

    def publish(self, text):
        seen = text.digest_now
        return manuscripts.publish_manuscript(text.pk, seen=seen, by=self.stage.binh)

    def acts(self):
        """Each act with what it is asked with; whoever does it is left open."""
        return self.acts_on_texts() | self.acts_on_surveys() | self.acts_on_films()

    def acts_on_films(self):
        """Those over a film of the partner that cannot be used, and a new one."""
        return {
            "films.take_in_partner_film": lambda by: films.take_in_partner_film(
                [b""], **FILM, by=by
            ),
            "films.discard_partner_film": lambda by: films.discard_partner_film(
                self.film.pk, by=by
            ),
        }

    def acts_on_surveys(self):
        """Those over a survey of the partner at each of its steps."""
        draft, waiting, result = self.survey.pk, self.handed_in, self.result
        return {
            "surveys.make_partner_survey": lambda by: surveys.make_partner_survey(
                purpose="fraud", content=self.stage.content(), by=by
            ),
            "surveys.revise_partner_survey": lambda by: surveys.revise_partner_survey(
                draft, purpose="fraud", content=self.stage.content() | {"en": None}, by=by
            ),
            "surveys.put_partner_question": lambda by: surveys.put_partner_question(
                draft, FEELS | {"marked": [3]}, by=by
            ),
            "surveys.remove_partner_question": lambda by: surveys.remove_partner_question(
                draft, "q1", by=by
            ),
            "surveys.move_partner_question_up": lambda by: surveys.move_partner_question_up(
                draft, "q3", by=by
            ),
            "surveys.submit_partner_survey": lambda by: surveys.submit_partner_survey(draft, by=by),
            "surveys.give_back_partner_survey": lambda by: surveys.give_back_partner_survey(
                waiting.pk, reason="Chưa rõ", by=by
            ),
            "surveys.open_partner_survey": lambda by: surveys.open_partner_survey(
                waiting.pk, seen=waiting.digest_now, by=by
            ),
            "surveys.close_partner_survey": lambda by: surveys.close_partner_survey(
                self.open.pk, by=by
            ),
            "surveys.submit_partner_result": lambda by: surveys.submit_partner_result(
                self.counted.pk, RESULT, by=by
            ),
            "surveys.publish_partner_result": lambda by: surveys.publish_partner_result(
                self.found_out.pk, seen=result.digest_now, by=by
            ),
            "surveys.give_back_partner_result": lambda by: surveys.give_back_partner_result(
                self.found_out.pk, reason="Chưa rõ", by=by
            ),
            "surveys.withdraw_partner_result": lambda by: surveys.withdraw_partner_result(
                self.told.pk, by=by
            ),
        }

    def acts_on_texts(self):
        """Those over articles, manuscripts, campaigns and what is passed on."""
        article, text = self.article, self.text
        return {
            "campaign_acts.note_campaign_share": lambda by: campaign_acts.note_campaign_share(
                self.campaign.pk, self.stage.place.pk, groups=2, by=by
            ),
            "inviting.agree_to_member": lambda by: inviting.agree_to_member(self.waiting.pk, by=by),
            "articles.write_article": lambda by: articles.write_article(
                **WORDS, pk=article.pk, by=by
            ),
            "articles.withdraw_article": lambda by: articles.withdraw_article(
                self.published_article.pk, by=by
            ),
            "manuscripts.begin_manuscript": lambda by: manuscripts.begin_manuscript(
                kind="lesson", purpose="fraud", after=self.published, by=by
            ),
            "manuscripts.write_manuscript": lambda by: manuscripts.write_manuscript(
                text.pk, **BOXES, by=by
            ),
            "manuscripts.save_manuscript": lambda by: manuscripts.save_manuscript(
                text, **BOXES, submits=True, by=by
            ),
            "manuscripts.discard_manuscript": lambda by: manuscripts.discard_manuscript(
                self.draft.pk, by=by
            ),
            "manuscripts.withdraw_manuscript": lambda by: manuscripts.withdraw_manuscript(
                self.published.pk, by=by
            ),
            "releasing.submit_partner_text": lambda by: articles.submit_article(article.pk, by=by),
            "releasing.publish_partner_text": lambda by: articles.publish_article(
                article.pk, seen=article.digest_now, by=by
            ),
            "releasing.give_back_partner_text": lambda by: manuscripts.give_back_manuscript(
                self.draft.pk, reason="Chưa rõ", by=by
            ),
            "reach_acts.note_passed_on": lambda by: reach_acts.note_passed_on(
                ReachDay.Kind.LESSON, groups=2, place=None, by=by
            ),
            "sharing.note_kit_share": lambda by: sharing.note_kit_share(
                self.version.pk, groups=2, by=by
            ),
            "sharing.set_kit_share_right": lambda by: sharing.set_kit_share_right(
                self.version.warning_id, by=by
            ),
        }


def of_another_partner(room):
    return room.other


def closed(room):
    """As the desk closed them after their page was opened."""
    PartnerMember.objects.filter(pk=room.own.pk).update(is_active=False)
    return room.own


def nobody_agreed_to(room):
    return room.waiting


def of_a_closed_partner(room):
    Partner.objects.filter(pk=room.own.partner_id).update(is_active=False)
    return room.own


def kept_manuscript():
    """Whatever an act could leave."""
    return [
        list(rows.objects.order_by("pk").values())
        for rows in (
            *(Article, Manuscript, KitShare, ReachDay, PartnerMember, Entry),
            *(Survey, SurveyResult, CampaignDay, Film),
        )
    ]


def test_every_act_of_a_member_is_tried_here():
    """Those of the inbox are in keng/partner_inbox/tests/test_members_acts.py."""
    known = {
        name.removeprefix("keng.partners.actions.")
        for name, row in ACTS.items()
        if row.may is MEMBER and name.startswith("keng.partners.")
    }
    assert known == set(Room().acts())


@pytest.mark.parametrize(
    "somebody", [of_another_partner, closed, nobody_agreed_to, of_a_closed_partner]
)
def test_whoever_is_no_active_member_of_this_partner_does_none_of_it(somebody):
    room = Room()
    acts, by = room.acts(), somebody(room)
    if somebody is of_another_partner:
        for name in OVER_NOTHING_OF_OTHERS:
            acts.pop(name)
    before = kept_manuscript()
    for name, act in acts.items():
        with pytest.raises(NotAllowed):
            pytest.fail(f"{name} is done: {act(by)}")
    assert kept_manuscript() == before


def test_a_member_does_all_of_it_over_what_is_their_partners():
    room = Room()
    for act in room.acts().values():
        before, around = kept_manuscript(), transaction.savepoint()
        act(room.own)
        assert kept_manuscript() != before
        transaction.savepoint_rollback(around)
