"""Templates to pages.

One environment for each language. When a template is loaded its texts, icons and static addresses are
put in as constants, so that rendering only fills in what differs from person to person.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from minijinja import Environment, Markup

from felles.ui.assets import assets
from felles.ui.i18n import language

if TYPE_CHECKING:
    from collections.abc import Mapping

# `_("…")`, `icon("Eye")`, `static("felles.css")` with a literal argument; nothing else is allowed there.
_TEXT = re.compile(r'\b_\(\s*"((?:[^"\\]|\\.)*)"\s*\)')
_ICON = re.compile(r'\{\{\s*icon\("([A-Za-z0-9]+)"\)\s*\}\}')
_STATIC = re.compile(r'\{\{\s*static\("([a-z0-9.-]+)"\)\s*\}\}')

_PACKAGES: dict[str, str] = {"ui": "felles.ui"}


def add_templates(name: str, package: str) -> None:
    """Make the `templates/` of `package` known as `name/…` (called once by each domain)."""
    if _PACKAGES.setdefault(name, package) != package:
        raise ValueError(f"two domains call their templates {name}")


def source(name: str) -> str:
    """The template `domain/file.html` as it is written."""
    domain, _, file = name.partition("/")
    return (files(_PACKAGES[domain]) / "templates" / file).read_text("utf-8")


def icon(name: str) -> str:
    """The markup of an icon of the sprite; it says nothing to a screen reader, the text beside it does."""
    return (
        f'<svg class="icon" aria-hidden="true" focusable="false"><use href="{assets().url("icons.svg")}#{name}"/></svg>'
    )


def _prepare(name: str, code: str) -> str:
    texts = language(code)
    text = _TEXT.sub(lambda found: json.dumps(texts(json.loads(f'"{found[1]}"')), ensure_ascii=False), source(name))
    text = _ICON.sub(lambda found: icon(found[1]), text)
    return _STATIC.sub(lambda found: assets().url(found[1]), text)


@cache
def _environment(code: str) -> Environment:
    environment = Environment(
        loader=lambda name: _prepare(name, code),
        undefined_behavior="strict",
        trim_blocks=True,
        lstrip_blocks=True,
        debug=False,  # an error message would carry the values, and they are somebody's record
    )
    environment.add_filter("put", _put)
    environment.add_global("icon_of", _icon_of)
    environment.add_global("lang", code)
    return environment


def _put(text: str, **values: Any) -> str:
    """Fill `{name}` in a translated text; the result is escaped like any other."""
    return text.format(**values)


@cache
def _icon_of(name: str) -> Markup:
    return Markup(icon(name))


def render(code: str, template: str, context: Mapping[str, Any]) -> str:
    """The template in language `code`. A name that `context` lacks raises, it is never printed as nothing."""
    return _environment(code).render_template(template, **context)


def fragment(code: str, template: str, context: Mapping[str, Any]) -> Markup:
    """A part of a page, to be put into another template as it is."""
    return Markup(render(code, template, context))


TEMPLATES: Final = _PACKAGES
"""name → package, for the tests that go through all templates."""
