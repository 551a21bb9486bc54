"""What request headers mean: conditions, preferences, formats. Pure functions over their text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache

from felles.exchange.rest.outcomes import refuse

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_JSON = frozenset({"application/fhir+json", "application/json", "application/json+fhir", "text/json", "json"})
_ANY = frozenset({"*/*", "application/*", "text/*"})
_OUR_FHIR_VERSIONS = frozenset({"4.0", "4.0.1"})


@dataclass(frozen=True, slots=True)
class Prefer:
    """The Prefer header: `returns` is minimal, representation, OperationOutcome or '' (none given)."""

    returns: str = ""
    lenient: bool = False


@lru_cache(maxsize=256)
def prefer(text: str) -> Prefer:
    """Read a Prefer header (RFC 7240). Raises a Refusal (400) for a value we do not know of one we know."""
    returns, lenient = "", False
    for item in re.split(r"[,;]", text):
        name, _, value = item.strip().partition("=")
        value = value.strip().strip('"')
        if name.strip().lower() == "return":
            if value not in ("minimal", "representation", "OperationOutcome"):
                raise refuse(
                    400, "invalid", f"Prefer: return={value[:40]} is none of minimal, representation, OperationOutcome"
                )
            returns = value
        elif name.strip().lower() == "handling":
            if value not in ("lenient", "strict"):
                raise refuse(400, "invalid", f"Prefer: handling={value[:40]} is neither lenient nor strict")
            lenient = value == "lenient"
    return Prefer(returns, lenient)


def if_match(text: str) -> int:
    """The version an If-Match names. Raises a Refusal (400) unless it is one ETag of ours, `W/"n"`."""
    found = _ETAG.fullmatch(text.strip())
    if found is None or int(found[1]) > 2_147_483_647:
        raise refuse(400, "invalid", 'If-Match takes one ETag as this server gives them: W/"3"')
    return int(found[1])


def none_match(text: str, etag: str) -> bool:
    """Whether an If-None-Match covers `etag` (weak comparison, RFC 9110, 8.8.3.2)."""
    if text.strip() == "*":
        return True
    wanted = etag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == wanted for part in text.split(","))


def unmodified_since(text: str, updated: int) -> bool:
    """Whether nothing changed after the second that If-Modified-Since names; a date it cannot read says no."""
    try:
        since = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return False
    return since.tzinfo is not None and updated // 1_000_000 <= int(since.timestamp())


def _media(part: str) -> tuple[str, dict[str, str]]:
    media, *parameters = part.split(";")
    pairs = (p.partition("=") for p in parameters)
    return media.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


@lru_cache(maxsize=256)
def accepts_json(accept: str) -> bool:
    """Whether an Accept header takes FHIR JSON of R4."""
    for part in accept.split(","):
        media, parameters = _media(part)
        if media not in _JSON and media not in _ANY:
            continue
        if parameters.get("fhirversion", "4.0") in _OUR_FHIR_VERSIONS and parameters.get("q") not in (
            "0",
            "0.0",
            "0.00",
            "0.000",
        ):
            return True
    return False


@lru_cache(maxsize=256)
def format_is_json(value: str) -> bool:
    """Whether `_format` asks for JSON. A `+` that nobody escaped arrives as a space."""
    media, parameters = _media(value.replace(" ", "+"))
    return media in _JSON and parameters.get("fhirversion", "4.0") in _OUR_FHIR_VERSIONS


@lru_cache(maxsize=256)
def body_is_json(content_type: str) -> bool:
    """Whether a Content-Type says FHIR JSON of R4 in UTF-8."""
    media, parameters = _media(content_type)
    charset = parameters.get("charset", "utf-8").lower()
    return (
        media in _JSON and charset in ("utf-8", "utf8") and parameters.get("fhirversion", "4.0") in _OUR_FHIR_VERSIONS
    )


@lru_cache(maxsize=256)
def body_is_form(content_type: str) -> bool:
    """Whether a Content-Type says a form, as POST _search takes it."""
    return _media(content_type)[0] == "application/x-www-form-urlencoded"


def takes_gzip(accept_encoding: str) -> bool:
    """Whether Accept-Encoding takes gzip."""
    for part in accept_encoding.split(","):
        media, parameters = _media(part)
        if media in ("gzip", "*"):
            return parameters.get("q") not in ("0", "0.0", "0.00", "0.000")
    return False
