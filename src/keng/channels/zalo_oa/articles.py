"""An article to everybody who follows the account: made, sent once to all, changed, removed.

Zalo takes its time over an article and has no key of ours by which the same one is known again. So
each try goes one step on, and what has begun is kept between them: first the token of the article,
then its id. An article that was begun and sent to nobody can still be changed and removed by it.
"""

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.text import clean_text, one_line
from keng.channels.wire import Address, OutgoingMessage, Reply, Request
from keng.channels.zalo_oa import errors, requests

FOLLOWERS = "followers"
"""The address of everybody who follows; with ":21,61" of those in these provinces, by Zalo's codes
of 63 provinces."""
MAX_TITLE = 150
MAX_DESCRIPTION = 300
MAX_AUTHOR = 50
_TOKEN, _ARTICLE = "token:", "article:"
_MAX_KEPT = 390
_MAX_BODY = 20_000
_SOON = 5
ArticleSteps = Generator[Request, Reply, Outcome]


def is_to_followers(address: Address) -> bool:
    """Whether it is an article's address, and not that of a group."""
    return address.kind == "group" and address.value.partition(":")[0] == FOLLOWERS


def article_steps(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str], now: datetime
) -> ArticleSteps:
    """One step of an article. The code of what was sent says what became of an earlier one.

    article_changed   it says the new words; nobody is told again
    article_removed   it is not there any more
    """
    if refusal := _refusal(message, credentials):
        return refusal
    if message.earlier_post:
        return (yield from _amend(message, credentials, now))
    if message.begun.startswith(_ARTICLE):
        article = message.begun.removeprefix(_ARTICLE)
        return (yield from _send_to_followers(article, address, credentials, now))
    if message.begun:
        return (yield from _wait_for_article(message.begun, credentials, now))
    return (yield from _make_article(message, credentials, now))


def _refusal(message: OutgoingMessage, credentials: Mapping[str, str]) -> Outcome | None:
    if not clean_text(message.text):
        return Outcome("reject", reason="empty")
    if not credentials.get("article_cover", "").startswith("https://"):
        return Outcome("config", reason="no article_cover", code="article_cover", scope="address")
    return None


def _make_article(
    message: OutgoingMessage, credentials: Mapping[str, str], now: datetime
) -> ArticleSteps:
    """An article that may have been made without our knowing its token is made by no machine again:
    it would stand there, and no recall would find it."""
    content = article_content(message, credentials)
    reply = yield _article_request("create", content, credentials, delivers=True)
    outcome = errors.outcome_of_zalo_reply(reply, now)
    if outcome.kind != "sent":
        return outcome
    token = _data_of(reply, "token")
    if not token:
        return Outcome("unknown", reason="an article without a token")
    return _go_on(_TOKEN + token, "the article is being made")


def _wait_for_article(begun: str, credentials: Mapping[str, str], now: datetime) -> ArticleSteps:
    found = yield from _article_of(begun, credentials, now)
    if isinstance(found, Outcome):
        return found
    return _go_on(_ARTICLE + found, "the article is ready")


def _article_of(
    kept: str, credentials: Mapping[str, str], now: datetime
) -> Generator[Request, Reply, str | Outcome]:
    """The id of an article that we know by its id or its token; the outcome where there is none."""
    if kept.startswith(_ARTICLE):
        return kept.removeprefix(_ARTICLE)
    token = {"token": kept.removeprefix(_TOKEN)}
    reply = yield _article_request("verify", token, credentials)
    outcome = errors.outcome_of_zalo_reply(reply, now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    article = _data_of(reply, "id")
    if not article or len(_ARTICLE + article) > _MAX_KEPT:
        return Outcome("retry", after_seconds=60, reason="an article without an id")
    return article


def _send_to_followers(
    article: str, address: Address, credentials: Mapping[str, str], now: datetime
) -> ArticleSteps:
    element = {"media_type": "article", "attachment_id": article}
    payload = {"template_type": "media", "elements": [element]}
    cities = address.value.partition(":")[2]
    body = {
        "recipient": {"target": {"cities": cities} if cities else {}},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }
    url = requests.api_base(credentials) + "/v2.0/oa/message"
    reply = yield Request(
        "POST", url, requests.api_headers(credentials), requests.encoded_json(body)
    )
    outcome = errors.outcome_of_zalo_reply(reply, now)
    # Known by its article from here on, whatever came of it.
    return replace(outcome, provider_id=_ARTICLE + article)


def _amend(message: OutgoingMessage, credentials: Mapping[str, str], now: datetime) -> ArticleSteps:
    """Either is the same when asked twice. What no machine knows the id of waits for a person."""
    found = yield from _article_of(message.earlier_post, credentials, now)
    if isinstance(found, Outcome):
        return found
    if message.deletes_post:
        path, body = "remove", {"id": found}
    else:
        path, body = "update", {**article_content(message, credentials), "id": found}
    reply = yield _article_request(path, body, credentials)
    outcome = errors.outcome_of_zalo_reply(reply, now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    code = "article_removed" if message.deletes_post else "article_changed"
    return replace(outcome, provider_id=_ARTICLE + found, code=code)


def article_content(message: OutgoingMessage, credentials: Mapping[str, str]) -> dict[str, Any]:
    """What everybody reads who opens it. Nobody comments below it: nobody here would read that."""
    text = clean_text(message.text)[:_MAX_BODY]
    lines = [escape(line) for line in text.split("\n") if line.strip()]
    title = one_line(message.subject or text.partition("\n")[0], MAX_TITLE)
    return {
        "type": "normal",
        "title": title,
        "author": one_line(credentials.get("article_author", "") or title, MAX_AUTHOR),
        "description": one_line(text, MAX_DESCRIPTION),
        "cover": {
            "cover_type": "photo",
            "photo_url": credentials.get("article_cover", ""),
            "status": "show",
        },
        "body": [{"type": "text", "content": "".join(f"<p>{line}</p>" for line in lines)}],
        "status": "show",
        "comment": "hide",
    }


def _go_on(begun: str, reason: str) -> Outcome:
    if len(begun) > _MAX_KEPT:
        return Outcome("unknown", reason="an article's token is too long to be kept")
    return Outcome("retry", after_seconds=_SOON, reason=reason, provider_id=begun)


def _article_request(
    path: str, body: Mapping[str, Any], credentials: Mapping[str, str], *, delivers: bool = False
) -> Request:
    url = f"{requests.api_base(credentials)}/v2.0/article/{path}"
    content = requests.encoded_json(body)
    return Request("POST", url, requests.api_headers(credentials), content, delivers=delivers)


def _data_of(reply: Reply, name: str) -> str:
    data = reading.mapping(reading.json_object(reply.body).get("data"))
    return reading.string(data.get(name), 1000)
