"""What is remembered, for how long, and that it is asked for once."""

import asyncio

import pytest

from felles.access.cache import Remembered


class Asked:
    def __init__(self, *answers):
        self.answers = list(answers)
        self.count = 0
        self.go_on = asyncio.Event()

    async def __call__(self):
        self.count += 1
        await self.go_on.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def now():
    return [0]


@pytest.fixture
def cache(now):
    return Remembered(lambda: now[0], size=2)


async def test_a_value_is_kept_until_its_time(cache, now):
    asked = Asked(("a", 10), ("b", 20))
    asked.go_on.set()
    assert [await cache.get("k", asked) for _ in range(2)] == ["a", "a"]
    now[0] = 10
    assert cache.here("k") is None
    assert await cache.get("k", asked) == "b"
    assert asked.count == 2


async def test_nothing_is_not_kept(cache):
    asked = Asked((None, 10), ("a", 10))
    asked.go_on.set()
    assert await cache.get("k", asked) is None
    assert await cache.get("k", asked) == "a"


async def test_those_who_ask_meanwhile_share_one_answer_even_when_the_first_leaves(cache):
    asked = Asked(("a", 10))
    first = asyncio.create_task(cache.get("k", asked))
    await asyncio.sleep(0)
    others = [asyncio.create_task(cache.get("k", asked)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()
    asked.go_on.set()
    assert await asyncio.gather(*others) == ["a"] * 3
    assert asked.count == 1


async def test_an_error_reaches_all_and_is_not_kept(cache):
    asked = Asked(RuntimeError("away"), ("a", 10))
    asked.go_on.set()
    both = await asyncio.gather(*(cache.get("k", asked) for _ in range(2)), return_exceptions=True)
    assert [str(error) for error in both] == ["away", "away"]
    assert await cache.get("k", asked) == "a"


async def test_what_was_forgotten_while_it_was_asked_for_is_not_kept(cache):
    asked = Asked(("old", 10))
    task = asyncio.create_task(cache.get("k", asked))
    await asyncio.sleep(0)
    cache.forget("k")
    asked.go_on.set()
    assert await task == "old"
    assert cache.here("k") is None


def test_the_oldest_goes_first(cache):
    for key in ("a", "b", "a", "c"):
        cache.put(key, key, 10)
    assert [cache.here(key) for key in ("a", "b", "c")] == ["a", None, "c"]
