"""Handing out a film in the stretches that a player asks for.

No cache keeps any of it unless the page of what is public says so (lessons/public/films.py).
"""

import re
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from keng.kit.database import data_folder
from keng.lessons.models import Film

# A player that asks for "everything from here" gets this much and asks again: no thread of the
# server waits for a slow phone.
_LONGEST_RANGE = 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


def film_file(request: HttpRequest, film: Film) -> HttpResponse:
    """The film, whole or the stretch asked for. Raises Http404."""
    path = data_folder() / film.path
    wanted = _RANGE.fullmatch(request.headers.get("Range", ""))
    try:
        size = path.stat().st_size
        if wanted is None or wanted.groups() == ("", ""):
            return _film_answer(path.read_bytes(), film)
        start, end = _byte_range(wanted[1], wanted[2], size)
        if start > end:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        with path.open("rb") as file:
            file.seek(start)
            answer = _film_answer(file.read(end - start + 1), film)
    except FileNotFoundError as error:
        raise Http404 from error
    answer.status_code = 206
    answer.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return answer


def poster_file(film: Film) -> HttpResponse:
    """Its poster frame. Raises Http404."""
    return _whole_file(data_folder() / film.poster_path, "image/jpeg")


def captions_file(film: Film, language: str) -> HttpResponse:
    """Its captions in a language. Raises Http404."""
    if language not in film.captions:
        raise Http404
    return _without_cache(
        HttpResponse(film.captions[language], content_type="text/vtt; charset=utf-8")
    )


def _byte_range(first: str, last: str, size: int) -> tuple[int, int]:
    """Both ends; "-500" means the last 500 bytes."""
    if not first:
        return max(0, size - int(last)), size - 1
    start = int(first)
    return start, min(int(last) if last else size - 1, size - 1, start + _LONGEST_RANGE - 1)


def _film_answer(content: bytes, film: Film) -> HttpResponse:
    answer = _without_cache(HttpResponse(content, content_type="video/mp4"))
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["ETag"] = f'"{bytes(film.sha256).hex()[:32]}"'
    return answer


def _whole_file(path: Path, mime: str) -> HttpResponse:
    try:
        return _without_cache(HttpResponse(path.read_bytes(), content_type=mime))
    except FileNotFoundError as error:
        raise Http404 from error


def _without_cache(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
