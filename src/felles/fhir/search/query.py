"""From the text of a query to what is compared: marks, ranges, folded text.

`split_values` parts the text of one parameter at its commas, `parse_value` reads each part. What comes out is the
counterpart of what `extract` puts into an Index. Source: https://hl7.org/fhir/R4/search.html.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from felles.fhir.search import marks as m
from felles.fhir.search.dates import OPEN_HIGH, OPEN_LOW, OSLO, date_range
from felles.fhir.search.fold import exact, fold
from felles.fhir.search.numbers import around, implied, plain
from felles.fhir.search.params import Param
from felles.fhir.search.params_r4 import PARAMS
from felles.fhir.search.prefixes import PREFIXES, Prefix
from felles.fhir.search.values import contact_text, literal, target_type


class SearchValueError(ValueError):
    """A parameter, modifier or value that cannot be searched for; names it, and says why.

    `unsupported` tells "not here (yet)" from "not understood".
    """

    def __init__(self, param: str, value: str | None, why: str, *, unsupported: bool = False) -> None:
        shown = param if value is None else f"{param}={value}"
        super().__init__(f"{shown}: {why}")
        self.param = param
        self.value = value
        self.unsupported = unsupported


class Mark(msgspec.Struct, frozen=True):
    """Equality: the resource's marks hold `mark`, or, when `negated`, do not.

    `code` is the code of a token asked for by its bare code, `target` the "Type/id" of a reference asked for by type
    and id: what the record needs to begin from its own columns.
    """

    mark: int
    negated: bool = False
    code: str | None = None
    target: str | None = None


class Dates(msgspec.Struct, frozen=True):
    """A date term (low, high) compares with [low, high) by `prefixes.compare`."""

    prefix: Prefix
    low: int
    high: int


class Numbers(msgspec.Struct, frozen=True):
    """A number or quantity term compares with low and high (decimals as text) by `prefixes.compare_numbers`.

    For a quantity, `unit` is the mark its unit must have, None for any: that of system and code when `system` is
    true, else that of the bare code or text.
    """

    prefix: Prefix
    low: str
    high: str
    unit: int | None = None
    system: bool = False


class Text(msgspec.Struct, frozen=True):
    """A string term begins with `text` (folded), or contains it."""

    text: str
    how: Literal["starts", "contains"]


Criterion = Mark | Dates | Numbers | Text

_ANY = frozenset({"missing"})
_MODIFIERS: dict[str, frozenset[str]] = {
    "number": _ANY,
    "date": _ANY,
    "quantity": _ANY,
    "uri": _ANY,
    "string": _ANY | {"exact", "contains"},
    "token": _ANY | {"not"},
    "reference": _ANY | {"identifier"},
}
"""Kind of parameter to the modifiers that work; a reference also takes the name of a type it may lead to."""

_OF_R4 = frozenset(
    {"missing", "exact", "contains", "not", "text", "in", "not-in", "below", "above", "identifier", "ofType", "of-type"}
)
"""Modifiers that R4 knows: those that do not work here are "not supported", any other word is an error."""

_NUMBER = re.compile(r"[+-]?\d{1,100}(?:\.\d{1,100})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_ESCAPE = re.compile(r"\\([,|$\\])")


def _split(text: str, sign: str) -> list[str]:
    """The parts between unescaped `sign`s, their escapes kept."""
    parts: list[str] = []
    part: list[str] = []
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            part.append(letter + next(letters, ""))
        elif letter == sign:
            parts.append("".join(part))
            part = []
        else:
            part.append(letter)
    parts.append("".join(part))
    return parts


def split_values(text: str) -> list[str]:
    """The alternatives in a parameter's text: parted at commas that no backslash protects; escapes are kept."""
    return _split(text, ",")


def unescape(text: str) -> str:
    r"""`text` with `\,` `\|` `\$` `\\` made what they stand for; any other backslash is itself."""
    return _ESCAPE.sub(r"\1", text)


def escape(text: str) -> str:
    r"""`text` as one value of a query: `,` `|` `$` and `\` protected by a backslash."""
    return re.sub(r"[,|$\\]", r"\\\g<0>", text)


class Context(msgspec.Struct, frozen=True):
    """What reading a value depends on beside the value.

    `zone`: where a date without a zone is meant; `now`: the clinical clock in microseconds, needed for `ap` on
    dates; `base`: this server's FHIR base URL, which absolute references to it begin with.
    """

    zone: ZoneInfo = OSLO
    now: int | None = None
    base: str | None = None


_PLAIN = Context()


def parse_value(  # noqa: PLR0911 - one return a kind of parameter
    param: Param, text: str, modifier: str | None = None, context: Context = _PLAIN
) -> Criterion:
    """What one value (one part of `split_values`, still escaped) of a query asks for.

    `modifier` is the word after the colon. Raises SearchValueError when the parameter is not supported, the modifier
    does not go with it, or the value has not its form.
    """
    if not param.supported:
        raise SearchValueError(param.name, None, param.why, unsupported=True)
    _check_modifier(param, modifier)
    if modifier == "missing":
        if text not in {"true", "false"}:
            raise SearchValueError(f"{param.name}:missing", text, "must be true or false")
        return Mark(m.present(param.name), negated=text == "true")
    if not text:
        raise SearchValueError(param.name, text, "has no value")
    match param.type:
        case "token":
            return _token(param.name, param, text, negated=modifier == "not")
        case "reference":
            return _reference(param, text, modifier, context)
        case "string":
            return _string(param, text, modifier)
        case "uri":
            return Mark(m.uri_mark(param.name, unescape(text)))
        case "date":
            return _date(param, text, context)
        case "number":
            return _number(param, text, text)
        case "quantity":
            return _quantity(param, text)
        case _:
            raise SearchValueError(param.name, None, "cannot be searched by", unsupported=True)


def _check_modifier(param: Param, modifier: str | None) -> None:
    if modifier is None or modifier in _MODIFIERS.get(param.type, frozenset()):
        return
    named = f"{param.name}:{modifier}"
    if modifier in _OF_R4:
        raise SearchValueError(named, None, f"this modifier is not supported on a {param.type}", unsupported=True)
    if param.type == "reference" and modifier[:1].isupper():
        if modifier in (param.targets or PARAMS):
            return
        raise SearchValueError(named, None, f"{param.name} never refers to {modifier}")
    raise SearchValueError(named, None, "there is no such modifier")


def _token(name: str, param: Param, text: str, *, negated: bool = False) -> Mark:
    parts = [unescape(part) for part in _split(text, "|")]
    if len(parts) > 2:
        raise SearchValueError(name, text, "a token is code, system|code, |code or system|")
    code = parts[-1]
    if param.kinds == ("boolean",) and name == param.name and code not in {"true", "false"}:
        raise SearchValueError(name, text, "must be true or false")
    if "ContactPoint" in param.kinds and name == param.name:
        code = contact_text(code)
    if len(parts) == 1:
        return Mark(m.code_mark(name, code), negated, code=code)
    system = parts[0]
    if system and code:
        return Mark(m.system_code_mark(name, system, code), negated)
    if system:
        return Mark(m.system_mark(name, system), negated)
    if code:
        return Mark(m.bare_mark(name, code), negated)
    raise SearchValueError(name, text, "has neither system nor code")


def _reference(param: Param, text: str, modifier: str | None, context: Context) -> Mark:
    if modifier == "identifier":
        return _token(f"{param.name}:identifier", param, text)
    target = unescape(text)
    if context.base:
        target = target.removeprefix(f"{context.base.rstrip('/')}/")
    if "/" not in target and ":" not in target and "|" not in target and "#" not in target:
        return _by_id(param, target, modifier)
    kind = target_type(target)
    if modifier is not None and modifier != kind:
        raise SearchValueError(f"{param.name}:{modifier}", text, f"does not name a {modifier}")
    if ":" not in target and kind not in PARAMS:
        raise SearchValueError(param.name, text, "a reference is id, Type/id or a URL")
    target = literal(target)
    local = bool(kind) and target.count("/") == 1
    return Mark(m.reference_mark(param.name, target), target=target if local else None)


def _by_id(param: Param, target: str, modifier: str | None) -> Mark:
    if not _ID.fullmatch(target):
        raise SearchValueError(param.name, target, "is no id (letters, digits, - and ., at most 64)")
    only = modifier or (param.targets[0] if len(param.targets) == 1 else None)
    if only is None:
        return Mark(m.reference_mark(param.name, f"/{target}"))
    return Mark(m.reference_mark(param.name, f"{only}/{target}"), target=f"{only}/{target}")


def _string(param: Param, text: str, modifier: str | None) -> Criterion:
    value = unescape(text)
    if modifier == "exact":
        return Mark(m.exact_mark(param.name, exact(value)))
    folded = fold(value)
    if not folded:
        raise SearchValueError(param.name, text, "has no letters to search for")
    return Text(folded, "contains" if modifier == "contains" else "starts")


def _prefix(text: str) -> tuple[Prefix, str]:
    """The prefix (eq when there is none) and the rest."""
    prefix = PREFIXES.get(text[:2])
    return ("eq", text) if prefix is None or not text[2:] else (prefix, text[2:])


def _date(param: Param, text: str, context: Context) -> Dates:
    prefix, value = _prefix(text)
    # A plus sign that was not encoded arrives as a space.
    value = value.replace(" ", "+")
    try:
        low, high = date_range(value, context.zone)
    except ValueError:
        raise SearchValueError(
            param.name, text, "is no date: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss][Z|+hh:mm], after a prefix"
        ) from None
    if prefix == "ap":
        if context.now is None:
            raise ValueError("ap on a date needs the clock")
        # R4: 10 % of the gap between now and the date.
        gap = max(abs(context.now - low), abs(context.now - high)) // 10
        low, high = max(OPEN_LOW, low - gap), min(OPEN_HIGH, high + gap)
    return Dates(prefix, low, high)


def _number(param: Param, text: str, whole: str) -> Numbers:
    prefix, value = _prefix(text)
    number = Decimal(value) if _NUMBER.fullmatch(value) else None
    if number is None or plain(number) is None:
        raise SearchValueError(param.name, whole, "is no number, or one too long to compare")
    if prefix in {"eq", "ne"}:
        low, high = implied(number)
    elif prefix == "ap":
        low, high = around(number)
    else:
        low = high = number
    return Numbers(prefix, str(low), str(high))


def _quantity(param: Param, text: str) -> Numbers:
    parts = _split(text, "|")
    found = _number(param, parts[0], text)
    if len(parts) == 1:
        return found
    if len(parts) != 3 or not parts[2]:
        raise SearchValueError(param.name, text, "a quantity is number, number|system|code or number||code")
    system, code = unescape(parts[1]), unescape(parts[2])
    return Numbers(found.prefix, found.low, found.high, m.unit_mark(system or None, code), bool(system))
