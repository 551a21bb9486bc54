"""One HTTP/1.1 connection of the load generator: as little Python for each request as can be."""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go: host, port, the base's path without a closing slash, and headers for each."""

    host: str
    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, base: str, headers: dict[str, str] | None = None) -> Target:
        """The target of a base URL. Raises `ValueError` for anything but http."""
        parts = urlsplit(base)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"{base} is no http URL; the generator speaks plain HTTP to this machine")
        return cls(parts.hostname, parts.port or 80, parts.path.rstrip("/"), tuple((headers or {}).items()))

    def request(self, method: str, path: str, body: bytes | None = None, kind: str = "application/fhir+json") -> bytes:
        """The bytes of one request; `path` follows the base."""
        lines = [f"{method} {self.path}{path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if body is not None:
            lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + (body or b"")


class Connection:
    """A request out, its answer in, nothing in between; all connections of a run share one buffer.

    After each answer `status` and `size` (bytes, head included) say what it was. A server may close a connection
    between two answers: `again` opens it anew.
    """

    __slots__ = (
        "_answered",
        "_poller",
        "_recv",
        "_request",
        "_rest",
        "_send",
        "_socket",
        "_start",
        "_target",
        "_unsent",
        "sent",
        "size",
        "status",
    )

    def __init__(self, target: Target, poller: select.epoll) -> None:
        self._target = target
        self._poller = poller
        self._request = b""
        self.sent = 0.0
        self.size = 0
        self.status = 0
        self._open()

    def _open(self) -> None:
        self._answered = False
        self._start = b""
        self._rest = 0
        self._unsent: memoryview | None = None
        self._socket = socket.create_connection((self._target.host, self._target.port), timeout=10)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._recv, self._send = self._socket.recv_into, self._socket.send
        self._poller.register(self.fileno, select.EPOLLIN)

    @property
    def fileno(self) -> int:
        """The socket's descriptor; -1 once closed."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket; the poller forgets it by itself."""
        self._socket.close()

    def again(self) -> bool:
        """Open a connection that was closed between two answers again, and send its request; False if it was not.

        Raises `OSError` when the server is gone.
        """
        if not self._answered or self._start:
            return False
        self.close()
        self._open()
        self.send(self._request)
        return True

    def send(self, request: bytes) -> None:
        """Send `request`; what the socket does not take at once goes out when it is `writable`."""
        self._request = request
        try:
            taken = self._send(request)
        except (BrokenPipeError, ConnectionResetError):
            return  # the server has closed: the poller says so next, and the request is sent again
        if taken < len(request):
            self._unsent = memoryview(request)[taken:]
            self._poller.modify(self.fileno, select.EPOLLIN | select.EPOLLOUT)

    def writable(self) -> None:
        """Send more of a long request."""
        if self._unsent is not None:
            self._unsent = self._unsent[self._send(self._unsent) :] or None
        if self._unsent is None:
            self._poller.modify(self.fileno, select.EPOLLIN)

    def received(self, buffer: bytearray) -> bool:
        """Take what has come; whether the answer is whole now. Raises `ConnectionError` when the server closed."""
        if self._rest:
            # Linux drops what is received from a TCP stream with MSG_TRUNC instead of copying it (tcp(7)).
            got = self._recv(buffer, min(self._rest, _BUFFER), socket.MSG_TRUNC)
            if not got:
                raise ConnectionError("the server closed the connection within an answer")
            self._rest -= got
            return not self._rest
        got = self._recv(buffer, _BUFFER)
        if not got:
            raise ConnectionResetError("the server closed the connection")
        if self._start:
            return self._slowly(bytes(memoryview(buffer)[:got]))
        self._answered = True
        end = buffer.find(b"\r\n\r\n", 0, got)
        at = buffer.find(b"\r\ncontent-length: ", 0, end) if end >= 0 else -1
        if at < 0:
            return self._slowly(bytes(memoryview(buffer)[:got]))
        self.status = int(buffer[9:12])
        self.size = end + 4 + int(buffer[at + 18 : buffer.find(b"\r", at + 18)])
        self._rest = self.size - got
        return not self._rest

    def _slowly(self, more: bytes) -> bool:
        """The same for heads in pieces, in another spelling, or of an answer in chunks, which is kept until whole."""
        start = self._start = self._start + more
        end = start.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = start[: end + 2].lower()
        at = head.find(b"\r\ncontent-length:")
        if at < 0 and b"\r\ntransfer-encoding: chunked" in head:
            if not start.endswith(b"\r\n0\r\n\r\n"):
                return False
            self.size = len(start)
        else:
            length = int(head[at + 17 : head.find(b"\r", at + 2)]) if at >= 0 else 0
            self.size = end + 4 + length
        self.status = int(start[9:12])
        self._rest = self.size - len(start)
        self._start = b""
        return not self._rest


def shared_buffer() -> bytearray:
    """The buffer that all connections of one run receive into."""
    return bytearray(_BUFFER)
