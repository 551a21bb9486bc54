"""Addresses of the personas: in demo mode each has a host of her own, `jordmor.localhost:8000`.

A cookie belongs to one host, so two of them stand side by side in one browser. Every name below `localhost` leads to
this machine (RFC 6761, 6.3); where Felles is reached by another name there are no such hosts.
"""

from __future__ import annotations

import re
from typing import Final

_OWN: Final = re.compile(r"([a-z0-9-]{1,63})\.localhost(?::\d{1,5})?")
_HERE: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.)?localhost|127\.0\.0\.1")


def persona_of(host: str) -> str:
    """The persona whose own host this `Host` header names, or ""."""
    found = _OWN.fullmatch(host.lower())
    return found[1] if found else ""


def address_of(host: str, scheme: str, persona: str) -> str:
    """The persona's own address, without a slash at the end, for a visitor at `host`; "" where there are none."""
    name, _, port = host.lower().partition(":")
    if not _HERE.fullmatch(name) or not (port == "" or port.isdigit()):
        return ""
    return f"{scheme}://{persona}.localhost{f':{port}' if port else ''}"
