"""From method and path to an interaction. A table over the shape of the path, no patterns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from felles.exchange.rest.outcomes import refuse
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.exchange.rest.outcomes import Refusal

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
NO_ENDPOINT = frozenset({"Parameters", "OperationOutcome"})
"""Types that travel but are never stored."""


class Route(NamedTuple):
    """Where a request goes: the interaction's name and what its path says."""

    interaction: str
    type: str = ""
    id: str = ""
    version: str = ""


# Path shape → method → interaction. `$` stands for an operation's name, `*` for a value.
_ROOT = {"POST": "batch"}
_SHAPES: dict[str, dict[str, str]] = {
    "": _ROOT,
    "metadata": {"GET": "metadata"},
    "_history": {"GET": "history"},
    "T": {"GET": "search", "POST": "create", "PUT": "update", "DELETE": "delete"},
    "T/_search": {"POST": "search"},
    "T/_history": {"GET": "history"},
    "T/*": {"GET": "read", "PUT": "update", "DELETE": "delete"},
    "T/*/_history": {"GET": "history"},
    "T/*/_history/*": {"GET": "vread"},
    "T/*/$move": {"POST": "move"},
    "Patient/*/$everything": {"GET": "everything", "POST": "everything"},
    "Patient/*/$join": {"POST": "join"},
    "Patient/*/$unjoin": {"POST": "unjoin"},
}


def route(method: str, path: str) -> Route:
    """The Route of a request; `path` is below the base, without leading slash, already unescaped.

    HEAD goes where GET goes. Raises a Refusal: 404 for a path that leads nowhere or an id that cannot
    exist, 405 (with Allow) for a method that this path does not take.
    """
    parts = path.split("/") if path else []
    shape, type_name, resource_id, version = _shape(parts)
    methods = _SHAPES.get(shape)
    if methods is None:
        raise _nowhere(path)
    interaction = methods.get("GET" if method == "HEAD" else method)
    if interaction is None:
        allow = ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))
        raise refuse(
            405, "not-supported", f"{method[:10]} is not for {path[:80] or 'the base'}", headers=[("allow", allow)]
        )
    return Route(interaction, type_name, resource_id, version)


def _shape(parts: list[str]) -> tuple[str, str, str, str]:
    if not parts or parts[0] in ("metadata", "_history"):
        return "/".join(parts), "", "", ""
    type_name = parts[0]
    if type_name not in TYPES or type_name in NO_ENDPOINT:
        raise refuse(404, "not-supported", f"{type_name[:40]} is no resource type that is kept here")
    if len(parts) == 1 or (len(parts) == 2 and parts[1] in ("_search", "_history")):
        return "/".join(["T", *parts[1:]]), type_name, "", ""
    resource_id = _checked_id(parts[1])
    if len(parts) == 2:
        return "T/*", type_name, resource_id, ""
    if len(parts) == 4 and parts[2] == "_history":
        if not _VERSION.fullmatch(parts[3]):
            raise refuse(404, "not-found", "there is no such version")
        return "T/*/_history/*", type_name, resource_id, parts[3]
    if parts[2].startswith("$"):
        shape = "/".join([type_name, "*", *parts[2:]])
        return shape if shape in _SHAPES else "/".join(["T", "*", *parts[2:]]), type_name, resource_id, ""
    return "/".join(["T", "*", *parts[2:]]), type_name, resource_id, ""


def _checked_id(text: str) -> str:
    # "." and ".." would be FHIR ids, but no client can ask for them: URLs are normalised on the way.
    if not _ID.fullmatch(text) or text in (".", ".."):
        raise refuse(404, "not-found", "an id has 1 to 64 of A-Z, a-z, 0-9, '-' and '.'; there is no such entry")
    return text


def _nowhere(path: str) -> Refusal:
    return refuse(404, "not-supported", f"nothing is served at {path[:80]}")
