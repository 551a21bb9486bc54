"""Rows of a page as shapes; those that cannot be read fail where they are looked at, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from msgspec import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

S = TypeVar("S")


class Unread(list[Any]):
    """Rows that could not be read: not none, which a page would show as none. Whatever looks at them raises."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def _fail(self, *_: object) -> NoReturn:
        raise self._error

    __iter__ = __len__ = __bool__ = __getitem__ = __contains__ = __reversed__ = _fail


def rows(decode: Callable[[bytes], Any], found: bytes) -> Any:
    """The list of one want's rows; `Unread` when one of them has a shape that the page did not foresee."""
    try:
        return decode(found)
    except DecodeError as error:
        return Unread(error)


def derived(make: Callable[[], list[S]]) -> list[S]:
    """What is made of rows; `Unread` when they are, or when it cannot be made of them."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - raised again by whichever part looks at it, which says so
        return Unread(error)


def there(found: Iterable[S]) -> Iterable[S]:
    """The rows, none where they could not be read: for what serves several parts, such as names."""
    return () if isinstance(found, Unread) else found


def full(found: list[Any], most: int) -> bool:
    """Whether there may be more than the `most` that were read; no of what could not be read, which says so itself."""
    return not isinstance(found, Unread) and len(found) >= most
