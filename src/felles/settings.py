"""What can be set from outside: environment variables with the prefix FELLES_, each in docs/settings.md.

    settings = load()          # from os.environ
    settings.port              # 8000

A value that cannot be read stops the program with one line naming the variable and what it expects.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

PREFIX = "FELLES_"
OUTSIDE = frozenset({"FELLES_TEST_DATA"})
"""Variables with our prefix that others read (the tests), so that `unknown` does not call them mistakes."""


class SettingsError(ValueError):
    """A setting has a value that cannot be used; the message is one clear line."""


def _boolean(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False}
    known |= {"off": False}
    try:
        return known[text.lower()]
    except KeyError:
        raise ValueError("true or false") from None


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError("a whole number, at least 1")
    return int(text)


class Pressure(NamedTuple):
    """A blood pressure in mmHg."""

    upper: int
    lower: int

    def __str__(self) -> str:
        """As people write it: 140/90."""
        return f"{self.upper}/{self.lower}"


def _pressure(text: str) -> Pressure:
    upper, _, lower = text.partition("/")
    if not (text.isascii() and upper.isdigit() and lower.isdigit() and int(upper) > int(lower) > 0):
        raise ValueError("two whole numbers of mmHg, such as 140/90")
    return Pressure(int(upper), int(lower))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError("a port number, 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise ValueError("a number of seconds above 0")
    return seconds


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _postgres_url(text: str) -> str:
    if urlsplit(text).scheme not in {"postgresql", "postgres"}:
        raise ValueError("a URL that begins with postgresql://")
    return text


def _web_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("a URL that begins with https:// or http://")
    return text.rstrip("/")


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone such as Europe/Oslo") from None


def _level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("debug, info, warning or error")
    return text.lower()


def _workers() -> int:
    """Cores − 1, at least 1: two workers on two cores, the database beside them, were slower than one."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def _setting(read: Callable[[str], Any], default: Any) -> Any:
    """A field read by `read`; a callable default is computed when the settings are made."""
    if callable(default):
        return field(default_factory=default, metadata={"read": read})
    return field(default=default, metadata={"read": read})


KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, immutable. The variable of `max_body_bytes` is FELLES_MAX_BODY_BYTES, and so on."""

    # Where things are.
    home: Path = _setting(_folder, lambda: Path(".felles").absolute())
    database_url: str | None = _setting(_postgres_url, None)
    database_owner_url: str | None = _setting(_postgres_url, None)
    database_connections: int = _setting(_positive, 8)

    # Serving.
    host: str = _setting(str, "127.0.0.1")
    port: int = _setting(_port, 8000)
    workers: int = _setting(_positive, _workers)
    public_url: str | None = _setting(_web_url, None)
    demo: bool = _setting(_boolean, False)
    timezone: ZoneInfo = _setting(_zone, lambda: ZoneInfo("Europe/Oslo"))
    log_level: str = _setting(_level, "info")
    metrics_token: str | None = _setting(str, None)
    seal_copy: Path | None = _setting(_folder, None)

    # Limits. Each refusal names its setting.
    max_body_bytes: int = _setting(_positive, 16 * MIB)
    max_unpacked_bytes: int = _setting(_positive, 64 * MIB)
    max_json_depth: int = _setting(_positive, 64)
    max_bundle_entries: int = _setting(_positive, 5_000)
    default_page: int = _setting(_positive, 20)
    max_page: int = _setting(_positive, 1_000)
    max_includes: int = _setting(_positive, 1_000)
    max_everything: int = _setting(_positive, 10_000)
    max_header_bytes: int = _setting(_positive, 32 * KIB)
    max_url_bytes: int = _setting(_positive, 16 * KIB)
    statement_timeout: float = _setting(_seconds, 10.0)
    search_budget: int = _setting(_positive, 50_000)

    # How long a way in without a care relation is open, in hours.
    opening_hours: int = _setting(_positive, 4)
    need_hours: int = _setting(_positive, 24)

    # How long a message that nobody answers opens what it points to, in days.
    message_days: int = _setting(_positive, 30)

    # From which blood pressure of her own (mmHg) a pregnant woman is first told whom to ring.
    pregnancy_pressure: Pressure = _setting(_pressure, Pressure(140, 90))

    # What a site decides about acting for others, in years, and about results, in working days.
    child_record_age: int = _setting(_positive, 12)
    parents_end_age: int = _setting(_positive, 16)
    release_days: int = _setting(_positive, 5)
    child_sign_in: bool = _setting(_boolean, False)
    child_sign_in_age: int = _setting(_positive, 13)

    # Lifetimes, in seconds.
    token_lifetime: float = _setting(_seconds, 3600.0)
    session_lifetime: float = _setting(_seconds, 8 * 3600.0)
    page_link_lifetime: float = _setting(_seconds, 3600.0)

    def __post_init__(self) -> None:
        """Raise SettingsError for values that are fine alone and not together."""
        if (self.database_url is None) != (self.database_owner_url is None):
            raise SettingsError(
                "FELLES_DATABASE_URL and FELLES_DATABASE_OWNER_URL go together: "
                "set both for a PostgreSQL server, none for the embedded one"
            )
        if self.default_page > self.max_page:
            raise SettingsError("FELLES_DEFAULT_PAGE is larger than FELLES_MAX_PAGE")

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded one under `home`."""
        return self.database_url is None

    @property
    def base_url(self) -> str:
        """Where clients find us, without a slash at the end: FELLES_PUBLIC_URL, else host and port."""
        if self.public_url is not None:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def variable(name: str) -> str:
    """The environment variable of a field of Settings."""
    return PREFIX + name.upper()


def load(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings of an environment (default: ours); `given` ones, such as CLI options, go before it.

    An empty variable counts as not set. Raises SettingsError.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for each in fields(Settings):
        text = environment.get(variable(each.name), "").strip()
        if text and each.name not in given:
            try:
                values[each.name] = each.metadata["read"](text)
            except ValueError as error:
                raise SettingsError(f"{variable(each.name)} must be {error}, not {text!r}") from None
    return Settings(**values, **given)


def unknown(environment: Mapping[str, str] | None = None) -> list[str]:
    """Variables with our prefix that mean nothing, most likely misspelt; `felles doctor` names them."""
    environment = os.environ if environment is None else environment
    known = {variable(each.name) for each in fields(Settings)} | OUTSIDE
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
