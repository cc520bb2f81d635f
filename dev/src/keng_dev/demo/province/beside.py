"""Beside the police: partners with what they published, questions with answers, meetings, channels.

Everything goes through the product's own actions; only the moments are dated back.
"""

import datetime as dt

from keng.accounts.models import Officer, Partner, PartnerMember
from keng.community.actions import announcements, questions
from keng.community.models import OfficialChannel, Question
from keng.community.number_checks import (
    check_answer_numbers,
    check_channel_numbers,
    check_meeting_numbers,
)
from keng.kit import times
from keng.partners import queries
from keng.partners.actions import articles, inviting, releasing
from keng.partners.models import Article
from keng.places.models import Place, Unit
from keng.tips import receipt_codes
from keng_dev.demo.people import Credential
from keng_dev.demo.province import beside_words as words
from keng_dev.demo.province import front, learning
from keng_dev.demo.territory import WARD_CODE

_KIT = "demo kit request"


def load(units: dict[str, Unit], *, whole: bool) -> list[Credential]:
    """A few rows for the small demo, all of them for the whole one; the partners' sign-ins."""
    place = Place.objects.get(code=WARD_CODE, valid_to=None)
    desk = Officer.objects.get(username="lan")
    # The second person for what the ward says to everybody, and for the province's own site.
    second = Officer.objects.get(username="quan")
    _tell(units[WARD_CODE], place, desk, second)
    _ask(place, desk, second, words.QUESTIONS if whole else words.QUESTIONS[:3])
    coordinator = Officer.objects.get(username="mai")
    # Whoever makes a sign-in is not that partner's second person.
    inviter = Officer.objects.get(username="admin")
    credentials = []
    for body in words.PARTNERS if whole else words.PARTNERS[:3]:
        made = _invite(body, place, inviter, coordinator)
        members = [each.member for each in made]
        phrase = ""
        if body.kind == Partner.Kind.FRONT:
            with front.allowed_the_partner_role():
                phrase = front.open_inbox(members[0])
                front.open_survey(members[0], members[1])
        credentials += [
            Credential(each.member.username, each.password, _part_of(body, each, phrase))
            for each in made
        ]
        for post in body.posts:
            _publish(post, members, coordinator)
        if whole and body.kind == Partner.Kind.YOUTH_UNION:
            learning.teach_as(members)
    inviting.ask_for_kit(name=words.ASKS[0], place=place, about=words.ASKS[1], token=_KIT)
    _list("website", words.PROVINCE_SITE, by=coordinator, second=second)
    # What is printed stays good, as the officers' passwords do.
    PartnerMember.objects.update(must_choose_password=False)
    return credentials


def _part_of(body: words.Body, made: inviting.MemberCredentials, phrase: str) -> str:
    """Which partner; for whoever reads its inbox with the phrase that opens it."""
    if phrase and made.member.username == body.members[0][1]:
        return f"{body.name}; the inbox opens with: {phrase}"
    return body.name


def _list(kind: str, shown_as: str, *, by: Officer, second: Officer) -> None:
    made = announcements.propose_channel(kind=kind, shown_as=shown_as, by=by)
    ticked = check_channel_numbers(made, by=second).digest
    announcements.let_out_channel(made.pk, seen=made.digest_now, numbers=ticked, by=second)


def _tell(unit: Unit, place: Place, desk: Officer, second: Officer) -> None:
    today = times.local_date(times.now())
    for kind, shown_as in (("phone", unit.desk_phone), *words.CHANNELS):
        if shown_as:
            _list(kind, shown_as, by=desk, second=second)
    OfficialChannel.objects.filter(unit=unit).update(checked_on=today - dt.timedelta(days=6))
    for days, hour, venue, about in words.MEETINGS:
        at = dt.datetime.combine(today + dt.timedelta(days=days), dt.time(hour), times.VIETNAM)
        made = announcements.propose_meeting(
            place=place, starts_at=at, venue=venue, about=about, by=desk
        )
        ticked = check_meeting_numbers(made, by=second).digest
        announcements.let_out_meeting(made.pk, seen=made.digest_now, numbers=ticked, by=second)


def _ask(place: Place, desk: Officer, second: Officer, asked: tuple[words.Asked, ...]) -> None:
    for number, each in enumerate(asked):
        token = f"demo question {number}"
        code = questions.ask_desk(place, text=each.text, wish=each.wish, token=token, language="vi")
        found = Question.objects.get(code_hash=receipt_codes.code_hash(code))
        moment = times.now() - dt.timedelta(days=each.days_ago, hours=3)
        found_row = Question.objects.filter(pk=found.pk)
        if each.answer:
            answered = questions.answer_question(
                found.pk, shown=each.text, words=each.answer, by=desk
            )
            if answered.is_waiting:
                ticked = check_answer_numbers(answered, by=second).digest
                questions.let_out_answer(
                    found.pk, seen=answered.digest_now, numbers=ticked, by=second
                )
            took = dt.timedelta(days=each.took_days)
            found_row.update(asked_at=moment, decided_at=moment + took)
        else:
            found_row.update(asked_at=moment)


def _invite(
    body: words.Body, place: Place, inviter: Officer, second: Officer
) -> list[inviting.MemberCredentials]:
    first, *others = body.members
    made = inviting.invite_partner(
        name=body.name,
        kind=body.kind,
        place=place if body.is_local else None,
        about=body.about,
        purposes=list(body.purposes),
        member_name=first[0],
        username=first[1],
        by=inviter,
    )
    partner = made.member.partner
    inviting.agree_for_partner(
        made.member.pk, seen=queries.agreement_digest(made.member), by=second
    )
    all_made = [made]
    for name, username in others:
        more = inviting.add_member(partner.pk, name=name, username=username, by=inviter)
        inviting.agree_to_member(more.member.pk, by=made.member)
        more.member.partner = partner
        all_made.append(more)
    return all_made


def _publish(post: words.Post, members: list[PartnerMember], coordinator: Officer) -> None:
    author = members[0]
    made = articles.write_article(purpose=post.purpose, title=post.title, text=post.text, by=author)
    seen = articles.submit_article(made.pk, checked=True, by=author).digest_now
    if post.days_ago is None:
        return
    if len(members) > 1:
        articles.publish_article(made.pk, seen=seen, checked=True, by=members[1])
    else:
        releasing.publish_for_partner(made.pk, seen=seen, checked=True, by=coordinator)
    at = times.now() - dt.timedelta(days=post.days_ago, hours=5)
    Article.objects.filter(pk=made.pk).update(released_at=at, submitted_at=at)
