"""A request is taken in whole, in time and within bounds before a thread works on it."""

import asyncio
import threading
import time
from http import HTTPStatus

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.views.decorators.http import require_http_methods

from keng.kit import alive, uploads
from keng.kit.database import this_process
from keng.kit.health import Health
from keng.kit.uploads import (
    NO_FILES,
    SEALED_UPLOADS,
    FilesTaken,
    IncomingFile,
    UnkeptFile,
    files_taken_by,
    largest_file_for,
    takes_files,
)
from keng.site.bodies import (
    MOST_FORM_PARTS,
    BodyIntake,
    BodyLimits,
    BodyRefused,
    CallerGone,
    RequestBody,
    RequestHead,
)
from keng.site.errors import BODY_NOT_TAKEN
from keng.site.front import REQUEST_THREADS, Front, wsgi_environ

BOUNDARY = "rAnd0m"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
WORDS = "ảnh chụp màn hình tin nhắn ".encode()
LARGEST = 1_000_000
FILES = FilesTaken(LARGEST)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def part(name, content, filename=None, more=""):
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{more}\r\n'
    return head.encode() + content + b"\r\n"


def form_of(*parts):
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def coming(content, *, piece=None, pause=0.0, breaks_off=False):
    """What a server calls `receive`: the body in pieces of a size, with a pause before each."""
    piece = piece or max(1, len(content))
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]

    async def receive():
        if pause:
            await asyncio.sleep(pause)
        if not pieces:
            return {"type": "http.disconnect"}
        first = pieces.pop(0)
        return {"type": "http.request", "body": first, "more_body": bool(pieces) or breaks_off}

    return receive


async def never():
    await asyncio.Event().wait()


def take_in(content, *, limits=None, files=FILES, content_type=FORM, **how):
    body, bodies = RequestBody(), BodyIntake(limits or BodyLimits(form_bytes=10_000))
    length = how.pop("length", len(content))
    head = RequestHead(network="10.0.0.0/24", length=length, content_type=content_type)
    try:
        asyncio.run(bodies.receive_body(body, coming(content, **how), head=head, files=files))
    except BaseException:
        body.drop()
        raise
    return body


def on_disk():
    return list(uploads.all_upload_paths())


@pytest.mark.parametrize("piece", [1, 7, 1000, None])
def test_however_a_form_is_cut_its_words_stay_in_memory_and_its_files_lie_sealed(piece):
    sent = form_of(
        part("csrfmiddlewaretoken", b"abc"),
        part("attached", WORDS * 50, "ảnh.jpg"),
        part("text", WORDS),
        part("attached", b"", ""),
    )
    body = take_in(sent, piece=piece)
    ((word, sealed),) = body.sealed.items()
    assert sealed.size == len(WORDS * 50)
    assert f"\r\n\r\n{word}\r\n".encode() in body.content
    assert WORDS * 2 not in body.content
    assert b"\r\n\r\n" + WORDS + b"\r\n" in body.content
    (path,) = on_disk()
    assert WORDS not in (uploads.data_folder() / path).read_bytes()


def test_while_a_file_comes_nothing_of_it_can_be_read_on_disk(tmp_path):
    sent = form_of(part("attached", WORDS * 20_000, "a.jpg"))
    came, seen = coming(sent, piece=50_000), []

    async def receive():
        seen.extend(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        return await came()

    head = RequestHead(network="10.0.0.0/24", length=len(sent), content_type=FORM)
    body, bodies = RequestBody(), BodyIntake(BodyLimits(form_bytes=10_000))
    asyncio.run(bodies.receive_body(body, receive, head=head, files=FILES))
    assert max(map(len, seen)) > 100_000
    assert not any(WORDS in content for content in seen)


def test_what_breaks_off_leaves_nothing_and_nobody_works_on_it():
    sent = form_of(part("attached", WORDS * 500, "a.jpg"))
    with pytest.raises(CallerGone):
        take_in(sent[:5000], piece=1000, breaks_off=True)
    assert on_disk() == []


def test_a_form_that_cannot_be_read_is_refused_and_leaves_nothing():
    with pytest.raises(BodyRefused) as refused:
        take_in(part("attached", WORDS * 500, "a.jpg"), piece=1000)
    assert refused.value.status == HTTPStatus.BAD_REQUEST
    assert on_disk() == []


def test_words_beyond_the_limit_are_refused_as_soon_as_that_is_known():
    for sent, files in ((b"a" * 10_001, NO_FILES), (form_of(part("q", b"a" * 10_001)), FILES)):
        with pytest.raises(BodyRefused) as refused:
            take_in(sent, files=files, content_type=FORM if files.most_bytes else "text/plain")
        assert refused.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_where_no_files_are_taken_a_form_with_one_is_no_larger_than_any_other():
    with pytest.raises(BodyRefused):
        take_in(form_of(part("attached", b"a" * 20_000, "a.jpg")), files=NO_FILES)
    assert on_disk() == []


def test_too_large_a_file_is_counted_and_not_kept():
    body = take_in(
        form_of(part("attached", b"a" * 150_000, "a.jpg")), files=FilesTaken(100_000), piece=999
    )
    (sealed,) = body.sealed.values()
    assert sealed.size == 150_000
    assert on_disk() == []


def test_a_form_of_many_parts_is_refused_before_they_are_worked_on(monkeypatch):
    made = []
    monkeypatch.setattr(
        "keng.site.bodies.IncomingFile", lambda **how: made.append(0) or IncomingFile(**how)
    )
    sent = form_of(*[part("a", b"", "a")] * 5700)
    with pytest.raises(BodyRefused) as refused:
        take_in(sent, limits=BodyLimits(form_bytes=1_000_000))
    assert refused.value.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert len(made) == uploads.MOST_FILES
    assert on_disk() == []
    with pytest.raises(BodyRefused):
        take_in(form_of(*[part("a", b"")] * (MOST_FORM_PARTS + 1)))
    assert take_in(form_of(*[part("a", b"")] * MOST_FORM_PARTS)).content


def test_of_more_files_than_a_form_takes_the_others_are_only_counted():
    body = take_in(form_of(*[part("attached", WORDS, "a.jpg")] * 12))
    assert [each.size for each in body.sealed.values()] == [len(WORDS)] * 12
    kept = [each for each in body.sealed.values() if isinstance(each, IncomingFile)]
    assert len(kept) == len(on_disk()) == uploads.MOST_FILES
    body.drop()
    assert on_disk() == []


# A thousandth of the real times for a thousandth of the real sizes.
QUICK = BodyLimits(
    form_bytes=10_000, idle_seconds=0.3, first_seconds=0.5, bytes_per_second=20_000.0
)


def test_nobody_is_waited_for_without_end():
    began = time.monotonic()
    with pytest.raises(BodyRefused) as refused:
        take_in(b"a" * 500, limits=QUICK, piece=1, pause=0.02, content_type="text/plain")
    assert refused.value.status == HTTPStatus.REQUEST_TIMEOUT
    assert time.monotonic() - began < QUICK.seconds_for(500) + 5  # without a limit: 10
    with pytest.raises(BodyRefused):
        take_in(b"a" * 100, limits=QUICK, piece=1, pause=0.4, content_type="text/plain")


def test_a_picture_of_a_megabyte_arrives_over_twenty_kilobits_a_second():
    limits = BodyLimits(form_bytes=10_000)
    seconds = 1_000_000 / (20_000 / 8)
    assert seconds < limits.seconds_for(1_000_000) / 1.5
    assert limits.seconds_for(20 * 1024 * 1024) == limits.longest_seconds
    # The same with a hundredth of the size and of the times, but for the one between two pieces:
    # a machine with other work to do may let a task wait longer than a pause lasts.
    quick = BodyLimits(
        form_bytes=10_000,
        idle_seconds=5.0,
        first_seconds=limits.first_seconds / 100,
        bytes_per_second=limits.bytes_per_second,
    )
    body = take_in(
        form_of(part("attached", WORDS * 300, "a.jpg")), limits=quick, piece=125, pause=0.05
    )
    assert [sealed.size for sealed in body.sealed.values()] == [len(WORDS * 300)]


def _entering(limits, networks):
    """Bodies of which nothing comes, one after the other; who was pushed out, in order."""
    out = []

    async def send_nothing(number, network, bodies):
        head = RequestHead(network=network, length=5000)
        try:
            await bodies.receive_body(RequestBody(), never, head=head, files=NO_FILES)
        except BodyRefused as error:
            out.append((number, error.status))

    async def everybody():
        bodies = BodyIntake(limits)
        tasks = []
        for number, network in enumerate(networks):
            tasks.append(asyncio.create_task(send_nothing(number, network, bodies)))
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        found = [number for number, status in out if status == HTTPStatus.SERVICE_UNAVAILABLE]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert bodies.waiting == 0
        return found

    return asyncio.run(everybody())


def test_one_too_many_of_a_network_pushes_out_its_own_oldest():
    assert _entering(BodyLimits(form_bytes=10_000, most_of_network=3), "aaabba") == [0]


def test_one_too_many_of_all_pushes_out_the_oldest_of_the_network_that_has_most():
    assert _entering(BodyLimits(form_bytes=10_000, most_waiting=4), "baaacd") == [1, 2]


def test_what_waits_in_memory_is_bounded():
    """Of whoever has most in memory the oldest goes; one of whom nothing came has nothing."""
    out = []

    async def send_words(name, network, size, bodies):
        pieces = [b"a" * size]

        async def receive():
            if not pieces:
                await never()
            return {"type": "http.request", "body": pieces.pop(), "more_body": True}

        head = RequestHead(network=network, length=9000)
        try:
            await bodies.receive_body(RequestBody(), receive, head=head, files=NO_FILES)
        except BodyRefused as error:
            out.append((name, error.status))

    async def everybody():
        bodies = BodyIntake(BodyLimits(form_bytes=10_000, most_memory=15_000))
        sizes = [("none", "a", 0), ("b1", "b", 6000), ("c1", "c", 5000), ("b2", "b", 6000)]
        tasks = []
        for each in sizes:
            tasks.append(asyncio.create_task(send_words(*each, bodies)))
            await asyncio.sleep(0.01)
        found = list(out)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return found

    assert asyncio.run(everybody()) == [("b1", HTTPStatus.SERVICE_UNAVAILABLE)]


def test_many_slow_files_wait_for_nobody_since_they_lie_on_the_disk():
    """As many as may wait, each as large as a phone's picture, and no word of them in memory."""
    begun = form_of(part("attached", b"", "a.jpg"))[: -len(f"\r\n--{BOUNDARY}--\r\n")]
    out = []

    async def send_slow_file(number, bodies):
        pieces = [begun + b"a" * 1024]

        async def receive():
            if not pieces:
                await never()
            return {"type": "http.request", "body": pieces.pop(), "more_body": True}

        head = RequestHead(network=f"10.{number}", length=1_000_000, content_type=FORM)
        body = RequestBody()
        try:
            await bodies.receive_body(body, receive, head=head, files=FILES)
        except BodyRefused:
            out.append(number)
        finally:
            body.drop()

    async def everybody():
        bodies = BodyIntake(BodyLimits(form_bytes=512 * 1024))
        tasks = [asyncio.create_task(send_slow_file(number, bodies)) for number in range(200)]
        await asyncio.sleep(0.5)
        waiting = bodies.waiting
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return waiting

    assert (asyncio.run(everybody()), out) == (200, [])


SCOPE = {
    "type": "http",
    "method": "POST",
    "http_version": "1.1",
    "scheme": "http",
    "raw_path": b"/kh%C3%B4ng/",
    "query_string": b"a=%20",
    "server": ("127.0.0.1", "80"),
    "client": ("10.0.0.7", "4000"),
    "headers": [
        (b"host", b"keng.example"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x_forwarded_for", b"6.6.6.6"),
        (b"x-forwarded-for", b"10.1.1.1"),
    ],
}


def test_a_request_says_the_same_to_django_as_it_said_to_the_server():
    found = wsgi_environ(SCOPE)
    assert found["PATH_INFO"].encode("latin-1").decode() == "/không/"
    assert (found["QUERY_STRING"], found["REMOTE_ADDR"]) == ("a=%20", "10.0.0.7")
    assert (found["HTTP_HOST"], found["HTTP_COOKIE"]) == ("keng.example", "a=1; b=2")


def test_no_header_passes_for_one_that_the_proxy_sets():
    assert wsgi_environ(SCOPE)["HTTP_X_FORWARDED_FOR"] == "10.1.1.1"


def serve(content=b"", *, application, headers=(), **how):
    """What the front sends for a request: status, headers, content."""
    sent = []
    length = [(b"content-length", str(len(content)).encode())] if content else []
    named = {name: how.pop(name) for name in ("raw_path", "method") if name in how}
    scope = SCOPE | named | {"headers": [*SCOPE["headers"], *(headers or length)]}

    async def send(message):
        sent.append(message)

    front = Front(application, how.pop("limits", BodyLimits(form_bytes=10_000)))
    asyncio.run(front(scope, coming(content, **how), send))
    if not sent:
        return None
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    refused = environ.get(BODY_NOT_TAKEN)
    return [environ["wsgi.input"].read(), f" {refused}".encode() if refused else b""]


def test_a_body_without_a_length_is_taken_up_to_the_limit():
    chunked = ((b"transfer-encoding", b"chunked"),)
    assert serve(b"words", application=echo, headers=chunked)[2] == b"words"
    status, headers, content = serve(b"w" * 10_001, application=echo, headers=chunked, piece=999)
    assert (status, content, headers[b"connection"]) == (200, b" 413", b"close")


def _refused(receive, front=None):
    """What was sent to one whose body is longer than may be, and how much was read of it."""
    sent = []
    headers = [*SCOPE["headers"], (b"content-length", b"600000")]

    async def send(message):
        sent.append(message)

    front = front or Front(echo, BodyLimits(form_bytes=10_000))
    asyncio.run(front(SCOPE | {"headers": headers}, receive, send))
    assert b"".join(each.get("body", b"") for each in sent) == b" 413"
    assert not sent[-1].get("more_body")
    return sent


def test_of_a_refused_body_the_rest_is_read_so_that_the_answer_arrives():
    pieces = [b"a" * 60_000] * 10
    sent = []

    async def receive():
        # The answer is on its way before the rest is read.
        sent.append(len(pieces))
        pieces.pop()
        return {"type": "http.request", "body": b"a", "more_body": bool(pieces)}

    _refused(receive)
    assert sent == list(range(10, 0, -1))


def test_a_refused_body_is_not_read_without_end(monkeypatch):
    monkeypatch.setattr("keng.site.front.DISCARD_IDLE_SECONDS", 0.05)
    _refused(never)

    async def endless():
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"a", "more_body": True}

    monkeypatch.setattr("keng.site.front.DISCARD_SECONDS", 0.05)
    _refused(endless)

    async def fail():
        raise AssertionError

    front = Front(echo, BodyLimits(form_bytes=10_000))
    monkeypatch.setattr("keng.site.front.MOST_DISCARDED", 0)
    _refused(fail, front)


def test_whoever_hangs_up_gets_no_answer_and_takes_no_thread():
    def fail(environ, start_response):
        raise AssertionError

    assert serve(b"ab", application=fail, piece=1, breaks_off=True) is None


def test_files_that_no_view_claimed_are_gone_after_the_answer(settings, monkeypatch):
    settings.ROOT_URLCONF = "keng.site.public_urls"
    monkeypatch.setattr("keng.site.front._files_taken", lambda _environ: FILES)
    seen = []

    def look(environ, start_response):
        seen.append((len(environ[SEALED_UPLOADS]), len(on_disk())))
        return echo(environ, start_response)

    sent = form_of(part("attached", WORDS * 50, "a.jpg"))
    headers = ((b"content-type", FORM.encode()), (b"content-length", str(len(sent)).encode()))
    serve(sent, application=look, headers=headers)
    assert seen == [(1, 1)]
    assert on_disk() == []


@pytest.mark.parametrize(("may_send", "kept"), [(True, [True, False]), (False, [False, False])])
def test_of_a_film_only_one_is_kept_and_of_a_stranger_none(settings, monkeypatch, may_send, kept):
    settings.ROOT_URLCONF = "keng.site.public_urls"
    if may_send:
        monkeypatch.setattr("keng.site.front._may_send_files", lambda _only_from, _environ: True)
    seen = []

    def look(environ, start_response):
        seen.extend(not isinstance(each, UnkeptFile) for each in environ[SEALED_UPLOADS].values())
        assert len(on_disk()) == sum(kept)
        return echo(environ, start_response)

    films = [part("file", WORDS * 50, f"{name}.mp4") for name in "ab"]
    sent = form_of(part("title", b"Phim"), *films)
    headers = ((b"content-type", FORM.encode()), (b"content-length", str(len(sent)).encode()))
    served = serve(sent, application=look, headers=headers, raw_path=b"/partner/films/new/")
    assert seen == kept
    assert b"Phim" in served[2]


@pytest.fixture
def public_site(settings):
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.ALLOWED_HOSTS = ["keng.example"]
    application = get_wsgi_application()

    def answer(environ, start_response):
        try:
            return application(environ, start_response)
        finally:
            # Of the thread, which the test's database must not wait for.
            connections.close_all()

    return answer


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "charset"),
    [
        (b"/report/describe/", b"zlib"),
        (b"/lookup/object/", b"zlib"),
        (b"/claims/ask", b"zlib"),
        (b"/claims/ask", b"idna"),
        (b"/claims/ask", b"no-such"),
    ],
)
def test_a_form_in_no_charset_of_words_is_refused_in_words(public_site, address, charset):
    content = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n--x--\r\n'
    headers = (
        (b"content-type", b"multipart/form-data; boundary=x; charset=" + charset),
        (b"content-length", str(len(content)).encode()),
    )
    status, answered, page = serve(
        content, application=public_site, headers=headers, raw_path=address
    )
    assert (status, answered[b"connection"]) == (400, b"close")
    assert "Không đọc được yêu cầu này" in page.decode()


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "us-ascii", "ISO-8859-1"])
def test_a_form_in_a_charset_of_words_is_taken(charset):
    headers = (
        (b"content-type", f"text/plain; charset={charset}".encode()),
        (b"content-length", b"5"),
    )
    assert serve(b"words", application=echo, headers=headers)[2] == b"words"


def test_a_view_says_that_it_takes_files_and_how_large():
    @takes_files(most_bytes=5)
    @require_http_methods(["POST"])
    def films(request):
        """Nothing."""

    assert largest_file_for(films) == 5
    assert files_taken_by(takes_files(most_files=1)(lambda _request: None)).most_files == 1
    assert largest_file_for(takes_files()(lambda _request: None)) == uploads.MOST_FILE_BYTES
    assert largest_file_for(lambda _request: None) == 0


def test_a_monitor_is_answered_without_a_thread_and_learns_yes_or_no(monkeypatch):
    def never(environ, start_response):
        raise AssertionError("a page was asked for")

    def ask_health(method):
        return serve(application=never, raw_path=b"/health/", method=method)

    for is_well, status, words in ((True, 200, b"ok"), (False, 503, b"")):
        monkeypatch.setattr(Health, "ask", lambda _, is_well=is_well: is_well)
        found, headers, content = ask_health("GET")
        assert (found, content) == (status, words)
        assert headers[b"cache-control"] == b"no-store"
    found, headers, _ = ask_health("POST")
    assert (found, headers[b"allow"]) == (405, b"GET, HEAD")


def test_a_site_gives_its_sign_only_when_a_thread_gets_to_it(monkeypatch):
    monkeypatch.setattr(alive, "BEAT_EVERY", 0.02)
    held = threading.Event()

    async def live():
        front = Front(echo, BodyLimits(form_bytes=10_000))
        for _ in range(REQUEST_THREADS):
            front._threads.submit(held.wait, 20)
        beating = asyncio.create_task(front._beat())
        await asyncio.sleep(0.3)
        before = alive.sign_ages()
        held.set()
        await asyncio.sleep(0.3)
        beating.cancel()
        return before, alive.sign_ages()

    before, after = asyncio.run(live())
    assert (before, list(after)) == ({}, [this_process()])
