"""A clamd that speaks INSTREAM and knows one signature, which is ours."""

import contextlib
import socket
import struct
import threading

SIGNATURE = b"keng-own-signature-417"


class FakeClamd:
    """Listens until it is closed; keeps what it was sent."""

    def __init__(self, path, *, answer=None, most_bytes=10_000_000):
        self.asked = []
        self._answer, self._most = answer, most_bytes
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._door.bind(str(path))
        self._door.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        # A last caller wakes it.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
            caller.connect(self._door.getsockname())
        self._thread.join()
        self._door.close()

    def _serve(self):
        while True:
            line, _address = self._door.accept()
            with line, line.makefile("rb") as said:
                if said.read(10) != b"zINSTREAM\0":
                    return
                with contextlib.suppress(OSError):
                    line.sendall(self._result(said))

    def _result(self, said):
        content = b""
        while size := struct.unpack(">I", said.read(4))[0]:
            content += said.read(size)
            if len(content) > self._most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.asked.append(content)
        if self._answer is not None:
            return self._answer
        found = b"Keng.Test.Own FOUND" if SIGNATURE in content else b"OK"
        return b"stream: " + found + b"\0"
