"""What was looked up a moment ago, and each look-up under way but once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values by key until the time each was given; None is not remembered. At most `size`, oldest out first."""

    def __init__(self, now: Callable[[], int], size: int = 4096) -> None:
        self._now = now
        self._size = size
        self._values: dict[K, tuple[V, int]] = {}
        self._asked: dict[K, asyncio.Task[tuple[V | None, int]]] = {}

    def here(self, key: K) -> V | None:
        """The value if it is still remembered."""
        found = self._values.get(key)
        return found[0] if found is not None and found[1] > self._now() else None

    def put(self, key: K, value: V, until: int) -> None:
        """Remember `value` until `until` (as `now` counts)."""
        self._values.pop(key, None)
        while len(self._values) >= self._size:
            self._values.pop(next(iter(self._values)))
        self._values[key] = (value, until)

    def forget(self, key: K) -> None:
        """Drop a key; a look-up under way for it will not be remembered either."""
        self._values.pop(key, None)
        self._asked.pop(key, None)

    async def get(self, key: K, look: Callable[[], Coroutine[None, None, tuple[V | None, int]]]) -> V | None:
        """The value of `key`, from memory or from `look` (value, until). Those who ask meanwhile share it.

        The look-up is a task of its own: it goes on for the others when the one who asked first is cancelled.
        """
        found = self.here(key)
        if found is not None:
            return found
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.get_running_loop().create_task(look())
            asked.add_done_callback(lambda done: self._keep(key, done))
        return (await asyncio.shield(asked))[0]

    def _keep(self, key: K, done: asyncio.Task[tuple[V | None, int]]) -> None:
        if self._asked.get(key) is not done:
            return
        del self._asked[key]
        if not done.cancelled() and done.exception() is None:
            value, until = done.result()
            if value is not None:
                self.put(key, value, until)
