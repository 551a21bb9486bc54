"""How bodies come in, and how much of one is ever made."""

import gzip
import zlib

import pytest

from felles.exchange.rest import bodies
from felles.exchange.rest.outcomes import Refusal


def receiver(*messages):
    left = list(messages)

    async def receive():
        return left.pop(0)

    return receive


def part(body, *, more):
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_in_parts_is_put_together():
    assert await bodies.Incoming(receiver(part(b"ab", more=True), part(b"c", more=False))).read(3) == b"abc"


async def test_a_body_above_the_limit_is_refused_before_its_end():
    with pytest.raises(Refusal) as caught:
        await bodies.Incoming(receiver(part(b"ab", more=True), part(b"cd", more=True))).read(3)
    assert caught.value.status == 413


async def test_a_body_broken_off_is_refused():
    with pytest.raises(Refusal) as caught:
        await bodies.Incoming(receiver(part(b"ab", more=True), {"type": "http.disconnect"})).read(3)
    assert (caught.value.status, caught.value.issues[0].code) == (400, "incomplete")


async def test_what_is_left_of_a_refused_body_is_taken_in():
    left = [part(b"ab", more=True), part(b"cd", more=True), part(b"e", more=False)]

    async def receive():
        return left.pop(0)

    incoming = bodies.Incoming(receive)
    with pytest.raises(Refusal):
        await incoming.read(1)
    await incoming.drain()
    assert left == []
    await incoming.drain()  # a body that is over is not waited for again


async def test_an_endless_body_is_not_taken_in_for_ever(monkeypatch):
    monkeypatch.setattr(bodies, "DRAINED_BYTES", 10)
    taken = []

    async def receive():
        taken.append(1)
        return part(b"1234", more=True)

    await bodies.Incoming(receive).drain()
    assert len(taken) == 3


def test_gzip_is_unpacked():
    assert bodies.unpack(gzip.compress(b"abc" * 50_000), "gzip", 200_000) == b"abc" * 50_000
    assert bodies.unpack(b"abc", "", 3) == b"abc"


def test_a_gzip_bomb_is_stopped_at_the_limit():
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 60_000
    with pytest.raises(Refusal) as caught:
        bodies.unpack(bomb, "gzip", 1_000_000)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"no gzip", "gzip", 400),
        (gzip.compress(b"abc", mtime=0)[:-4], "gzip", 400),
        (gzip.compress(b"abc", mtime=0) + b"more", "gzip", 400),
        (b"", "gzip", 400),
        (zlib.compress(b"abc"), "deflate", 415),
        (b"abc", "br", 415),
    ],
)
def test_what_is_no_gzip_is_refused(body, encoding, status):
    with pytest.raises(Refusal) as caught:
        bodies.unpack(body, encoding, 1000)
    assert caught.value.status == status


async def test_packing_gives_the_body_back():
    for body in (b"x" * 2000, b"x" * 200_000):
        packed = await bodies.pack(body)
        assert len(packed) < len(body)
        assert gzip.decompress(packed) == body


def test_pretty_keeps_numbers_as_they_are():
    assert bodies.pretty(b'{"value":1.10,"n":1e2}') == b'{\n  "value": 1.10,\n  "n": 1e2\n}\n'
