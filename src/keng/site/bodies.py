"""Taking the body of a request in before anybody works on it: whole, in time, within bounds.

Words stay in memory and are few. Files are sealed as they come, and in the form stands a word
instead of each, under which `SealedUploadHandler` finds it. Nobody waits for a body but the
connection it comes over.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from typing import Any

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from keng.kit.uploads import FilesTaken, IncomingFile, UnkeptFile

# Of a form with files. None of ours has 20 fields; whoever chooses a whole album at once is to read
# that these were too many.
MOST_FORM_PARTS = 100


@dataclass(frozen=True)
class BodyLimits:
    """How large, how slow and how many bodies may be."""

    form_bytes: int
    """What a form may have without its files."""
    idle_seconds: float = 30.0
    """So long nothing may come: a phone in a dead spot loses no more than that."""
    first_seconds: float = 60.0
    bytes_per_second: float = 1024.0
    """The slowest on the whole; the slowest net that is still used for pictures has 2,500."""
    longest_seconds: float = 1800.0
    """A draft that a file belongs to lives no longer."""
    most_waiting: int = 256
    most_of_network: int = 64
    most_memory: int = 64 * 1024 * 1024
    """What all waiting bodies may have in memory together."""

    def seconds_for(self, size: int) -> float:
        """How long a body of this size may take."""
        return min(self.first_seconds + size / self.bytes_per_second, self.longest_seconds)


class BodyRefused(Exception):
    """The body was not taken; `status` says why, in the terms of HTTP."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class CallerGone(Exception):
    """The caller hung up before the body had come."""


@dataclass
class RequestBody:
    """What came: the form without its files, and the files."""

    content: bytes = b""
    sealed: dict[str, IncomingFile | UnkeptFile] = field(default_factory=dict)
    """Under the words that stand for them in the form."""

    def drop(self) -> None:
        """Remove the files that nobody has claimed."""
        # One at a time: should this request be given up, its thread may still be claiming some.
        with suppress(KeyError):
            while True:
                self.sealed.popitem()[1].drop()


class BodyIntake:
    """Takes bodies in, so many at a time."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._waiting = _Waiting(limits)

    @property
    def waiting(self) -> int:
        """How many are on their way."""
        return self._waiting.count

    async def receive_body(
        self, body: RequestBody, receive: Any, *, head: "RequestHead", files: FilesTaken
    ) -> None:
        """Take a body in. Raises BodyRefused, CallerGone."""
        boundary = head.boundary if files.most_bytes else ""
        room = files.most_files * files.most_bytes if boundary else 0
        most = self._limits.form_bytes + room
        if (head.length or 0) > most:
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        async with self._waiting.place(head, most) as place:
            pieces = self._pieces(receive, most)
            if boundary:
                await self._take_form_with_files(body, pieces, head, files, place)
            else:
                body.content = await self._take_words(pieces, place)

    async def _take_words(self, pieces: AsyncIterator[bytes], place: "_Place") -> bytes:
        words = bytearray()
        async for piece in pieces:
            words += piece
            self._waiting.note_memory(place, len(words))
        return bytes(words)

    async def _pieces(self, receive: Any, most: int) -> AsyncIterator[bytes]:
        size = 0
        while True:
            async with asyncio.timeout(self._limits.idle_seconds):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise CallerGone
            piece = message.get("body", b"")
            size += len(piece)
            if size > most:
                raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if piece:
                yield piece
            if not message.get("more_body"):
                return

    async def _take_form_with_files(
        self,
        body: RequestBody,
        pieces: AsyncIterator[bytes],
        head: "RequestHead",
        files: FilesTaken,
        place: "_Place",
    ) -> None:
        form = _Form(body, head, files)
        try:
            async for piece in pieces:
                form.read(piece)
                self._waiting.note_memory(place, len(form.words))
                if len(form.words) > self._limits.form_bytes:
                    raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            form.end()
        except ParserLimitReached as error:
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
        except MultipartError as error:
            raise BodyRefused(HTTPStatus.BAD_REQUEST) from error
        body.content = bytes(form.words)


class _Form:
    """A form with files, read as it comes: what it has of words, its files sealed apart."""

    def __init__(self, body: RequestBody, head: "RequestHead", files: FilesTaken) -> None:
        self.words = bytearray()
        self._body = body
        self._boundary = head.boundary.encode("latin-1")
        self._files = files
        self._network = head.network
        self._parser = PushMultipartParser(self._boundary, max_segment_count=MOST_FORM_PARTS)
        self._sealing: IncomingFile | UnkeptFile | None = None

    def read(self, piece: bytes) -> None:
        for event in self._parser.parse(piece):
            if isinstance(event, MultipartSegment):
                self._begin(event)
            elif event is None:
                if self._sealing:
                    self._sealing.end()
                self._sealing = None
                self.words += b"\r\n"
            elif self._sealing is not None:
                self._sealing.write(event)
            else:
                self.words += event

    def end(self) -> None:
        self._parser.close()
        self.words += b"--" + self._boundary + b"--\r\n"

    def _begin(self, part: MultipartSegment) -> None:
        self.words += b"--" + self._boundary + b"\r\n"
        for name, value in part.headerlist:
            # Of the others one says that the content is packed, which a word is not.
            if name in {"Content-Disposition", "Content-Type"}:
                self.words += f"{name}: {value}\r\n".encode()
        self.words += b"\r\n"
        if part.filename:
            word = secrets.token_hex(16)
            if self._files.are_kept and len(self._body.sealed) < self._files.most_files:
                self._sealing = IncomingFile(
                    most_bytes=self._files.most_bytes, network=self._network
                )
            else:
                self._sealing = UnkeptFile()
            self._body.sealed[word] = self._sealing
            self.words += word.encode()


@dataclass(frozen=True)
class RequestHead:
    """What the headers of a request say of its body and of where it comes from."""

    network: str
    length: int | None
    """None when it is not known before the end."""
    content_type: str = ""

    @property
    def boundary(self) -> str:
        """Of a form that may have files; "" for any other body."""
        parsed = Message()
        parsed["content-type"] = self.content_type
        if parsed.get_content_type() != "multipart/form-data":
            return ""
        return str(parsed.get_param("boundary", ""))


@dataclass(eq=False)
class _Place:
    """One body that is on its way."""

    network: str
    timeout: asyncio.Timeout
    memory: int = 0
    """Of its words so far: files are on the disk."""
    is_pushed_out: bool = False


def _memory_of(places: list[_Place]) -> int:
    return sum(place.memory for place in places)


class _Waiting:
    """Who is still sending. One too many pushes out the oldest of the network that has most."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._places: dict[str, list[_Place]] = {}

    @asynccontextmanager
    async def place(self, head: RequestHead, most: int) -> AsyncIterator[_Place]:
        """A place until the body has come. Raises BodyRefused where it was slow or pushed out."""
        size = most if head.length is None else head.length
        timeout = asyncio.timeout(self._limits.seconds_for(size))
        place = _Place(head.network, timeout)
        try:
            async with timeout:
                self._enter(place)
                try:
                    yield place
                finally:
                    self._leave(place)
        except TimeoutError as error:
            is_pushed_out = place.is_pushed_out
            status = HTTPStatus.SERVICE_UNAVAILABLE if is_pushed_out else HTTPStatus.REQUEST_TIMEOUT
            raise BodyRefused(status) from error

    def _enter(self, place: _Place) -> None:
        own = self._places.setdefault(place.network, [])
        own.append(place)
        if len(own) > self._limits.most_of_network:
            self._push_out(own)
        while self.count > self._limits.most_waiting:
            self._push_out(max(self._places.values(), key=len))

    def note_memory(self, place: _Place, size: int) -> None:
        """So much of a body is in memory now; the oldest of whoever has most makes room."""
        place.memory = size
        while self._memory() > self._limits.most_memory:
            self._push_out(max(self._places.values(), key=_memory_of))

    @property
    def count(self) -> int:
        return sum(map(len, self._places.values()))

    def _memory(self) -> int:
        return sum(map(_memory_of, self._places.values()))

    def _push_out(self, places: list[_Place]) -> None:
        oldest = places[0]
        self._leave(oldest)
        oldest.is_pushed_out = True
        oldest.timeout.reschedule(asyncio.get_running_loop().time())

    def _leave(self, place: _Place) -> None:
        places = self._places.get(place.network, [])
        if place in places:
            places.remove(place)
        if not places:
            self._places.pop(place.network, None)
