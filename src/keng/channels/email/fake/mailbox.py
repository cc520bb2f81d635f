"""A mailbox over IMAP on 127.0.0.1: as much of RFC 3501 and 4315 as a reader of returned mail asks.

It refuses what it does not know, a wrong password, and every command out of its place.
"""

import base64
import contextlib
import re
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

_FETCH = re.compile(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")
_STORE = re.compile(r"([\d,]+) \+FLAGS\.SILENT \((.+)\)")
_SEARCH = re.compile(r"UID (\d+):(\d+)")


@dataclass(slots=True)
class FakeLetter:
    """One letter that lies there."""

    content: bytes
    flags: set[str] = field(default_factory=set)


class FakeMailbox:
    """Its letters by their numbers; `commands` is what was asked, without a password."""

    def __init__(self) -> None:
        self.user, self.password = "tra-lai", "dung-mat-khau"
        self.letters: dict[int, FakeLetter] = {}
        self.commands: list[str] = []
        self.numbering = 7
        self.has_uidplus = True
        self.has_broken_starttls = False
        """It offers to encrypt, and hangs up."""
        self.announces: int | None = None
        """A size that it claims of every letter, whatever follows."""
        self.withheld: set[int] = set()
        """Letters that it does not give out."""
        self._next = 1
        self._server = _Server(("127.0.0.1", 0), _talker_of(self))

    @property
    def url(self) -> str:
        return f"imap://127.0.0.1:{self._server.server_address[1]}"

    @property
    def next_number(self) -> int:
        return self._next

    def skip_to(self, number: int) -> None:
        """The next letter has this number, as where a server numbers letters by time."""
        self._next = number

    def drop(self, content: bytes) -> int:
        """A letter arrives; its number."""
        self.letters[self._next] = FakeLetter(content)
        self._next += 1
        return self._next - 1

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _talker_of(mailbox: FakeMailbox) -> type[socketserver.StreamRequestHandler]:
    class Talker(_Talker):
        box = mailbox

    return Talker


class _Talker(socketserver.StreamRequestHandler):
    """One connection."""

    box: FakeMailbox
    is_signed_in = False
    is_selected = False

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            self._talk()

    def _talk(self) -> None:
        self._say("* OK here")
        while line := self.rfile.readline(8192):
            tag, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            name, _, words = rest.partition(" ")
            if name.upper() == "UID":
                second, _, words = words.partition(" ")
                name = f"UID {second}"
            self.box.commands.append(name.upper())
            if name.upper() == "LOGOUT":
                self._say("* BYE", f"{tag} OK bye")
                return
            if name.upper() == "STARTTLS" and self.box.has_broken_starttls:
                self._say(f"{tag} OK begin")
                return
            do = self._commands().get(name.upper())
            self._say(f"{tag} {do(words) if do else 'BAD not known here'}")

    def _commands(self) -> dict[str, Callable[[str], str]]:
        always = {"CAPABILITY": self._capability, "AUTHENTICATE": self._authenticate}
        if self.is_signed_in:
            always |= {"SELECT": self._select}
        if self.is_selected:
            always |= {
                "UID SEARCH": self._search,
                "UID FETCH": self._fetch,
                "UID STORE": self._store,
            }
            if self.box.has_uidplus:
                always["UID EXPUNGE"] = self._expunge
        return always

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(line.encode() + b"\r\n")

    def _capability(self, _words: str) -> str:
        more = " UIDPLUS" if self.box.has_uidplus and self.is_signed_in else ""
        more += " STARTTLS" if self.box.has_broken_starttls else ""
        self._say(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN{more}")
        return "OK done"

    def _authenticate(self, words: str) -> str:
        self._say("+")
        parts = base64.b64decode(self.rfile.readline(8192).strip()).decode().split("\0")
        self.is_signed_in = words == "PLAIN" and parts == ["", self.box.user, self.box.password]
        return "OK in" if self.is_signed_in else "NO [AUTHENTICATIONFAILED] wrong"

    def _select(self, _words: str) -> str:
        self.is_selected = True
        self._say(
            f"* {len(self.box.letters)} EXISTS",
            f"* OK [UIDVALIDITY {self.box.numbering}] valid",
            f"* OK [UIDNEXT {self.box.next_number}] next",
        )
        return "OK [READ-WRITE] selected"

    def _search(self, words: str) -> str:
        found = _SEARCH.fullmatch(words)
        if found is None:
            return "BAD search"
        first, last = int(found[1]), int(found[2])
        numbers = [str(one) for one in self.box.letters if first <= one <= last]
        self._say("* SEARCH " + " ".join(numbers))
        return "OK done"

    def _fetch(self, words: str) -> str:
        found = _FETCH.fullmatch(words)
        if found is None:
            return "BAD fetch"
        if int(found[1]) in self.box.withheld:
            return "NO it is broken"
        letter = self.box.letters.get(int(found[1]))
        if letter is not None:
            part = letter.content[: int(found[2])]
            size = len(part) if self.box.announces is None else self.box.announces
            self._say(f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{size}}}")
            self.wfile.write(part + b")\r\n")
        return "OK done"

    def _store(self, words: str) -> str:
        found = _STORE.fullmatch(words)
        if found is None:
            return "BAD store"
        for number in found[1].split(","):
            self.box.letters[int(number)].flags |= set(found[2].split())
        return "OK done"

    def _expunge(self, words: str) -> str:
        for number in map(int, words.split(",")):
            if r"\Deleted" in self.box.letters[number].flags:
                del self.box.letters[number]
        return "OK done"
