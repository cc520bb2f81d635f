"""Articles: asked for by a token, ready after a while, changed and removed by their id."""

from typing import Any

from keng.channels.zalo_oa.fake.state import ApiCall, FakeArticle, FakeState, ZaloError

_READY_AFTER = 20.0
_LONGEST = {"title": 150, "author": 50, "description": 300}


def create_article(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/article/create: a token, by which its id is asked for."""
    article = FakeArticle(state.new_id(), _checked(call.json()), state.clock.now())
    state.articles[article.id] = article
    return {"token": _token_of(state, article)}


def verify_article(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/article/verify: -214 until it is ready."""
    article = state.articles.get(state.article_tokens.get(str(call.json().get("token", "")), ""))
    if article is None:
        raise ZaloError(-201, "token is invalid")
    if state.clock.now() - article.at < _READY_AFTER:
        raise ZaloError(-214, "Article is processing")
    return {"id": article.id}


def update_article(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/article/update: the whole content anew."""
    body = call.json()
    article = known_article(state, body.get("id"))
    article.content = _checked(body)
    return {"token": _token_of(state, article)}


def remove_article(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v2.0/article/remove."""
    del state.articles[known_article(state, call.json().get("id")).id]
    return {}


def known_article(state: FakeState, article_id: object) -> FakeArticle:
    """Raises ZaloError."""
    article = state.articles.get(str(article_id))
    if article is None:
        raise ZaloError(-201, "article is unknown")
    return article


def _token_of(state: FakeState, article: FakeArticle) -> str:
    token = f"t{state.new_id()}"
    state.article_tokens[token] = article.id
    return token


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    if body.get("type") != "normal" or not body.get("body"):
        raise ZaloError(-201, "type and body are needed")
    for name, most in _LONGEST.items():
        value = body.get(name)
        if not isinstance(value, str) or not value:
            raise ZaloError(-201, f"{name} is missing")
        if len(value) > most:
            raise ZaloError(-210, f"{name} is longer than {most}")
    cover = body.get("cover")
    if not isinstance(cover, dict) or not str(cover.get("photo_url", "")).startswith("https://"):
        raise ZaloError(-201, "cover is missing")
    return body
