"""Order and place: `_sort`, and the keyset that a page begins after.

An entry without a value stands last in either direction; one without its main date stands at its lastUpdated.
The last key is always the id, so that the order is total.
"""

from __future__ import annotations

from felles.record.find.forms import quoted

Key = tuple[str, str, bool]
"""(kind, parameter, downwards). Kinds: low, updated, id, date, string, reference, number, quantity."""

_COLUMN = {"low": "e.low", "updated": "e.updated", "id": "e.id"}
_TYPES = {
    "low": "bigint",
    "updated": "bigint",
    "id": "text",
    "date": "bigint",
    "string": "text",
    "reference": "text",
    "number": "numeric",
    "quantity": "numeric",
}
_LAST = {
    "bigint": ("9223372036854775807", "-9223372036854775808"),
    "numeric": ("'Infinity'", "'-Infinity'"),
    "text": ("U&'\\+10FFFF'", "''"),
}
"""What an entry without a value sorts as: upwards, downwards."""


def key_type(key: Key) -> str:
    """The SQL type of a key."""
    return _TYPES[key[0]]


def expression(key: Key) -> str:
    """The SQL of a key over row `e`: of several values the least, downwards the greatest."""
    kind, param, down = key
    if kind in _COLUMN:
        return _COLUMN[kind]
    best = "max" if down else "min"
    if kind == "reference":
        head = f"{param}="
        value = f"""(select {best}(substr(r.ref, {len(head) + 1}) collate "C") from unnest(e.refs) r(ref)
            where starts_with(r.ref, {quoted(head)}))"""
    elif kind == "string":
        value = (
            f"""(select {best}(t.text collate "C") from jsonb_array_elements_text(e.terms->{quoted(param)}) t(text))"""
        )
    else:
        value = f"(select {best}((t.v->>0)::{_TYPES[kind]}) from jsonb_array_elements(e.terms->{quoted(param)}) t(v))"
    return f"coalesce({value}, {_LAST[_TYPES[kind]][down]}::{_TYPES[kind]})"


def order_by(keys: tuple[Key, ...], *, keyed: bool = False) -> str:
    """ORDER BY over `e`; `keyed`: over rows that carry their keys as text in `e.keys`."""
    parts: list[str] = []
    for position, key in enumerate(keys, start=1):
        value = f'(e.keys[{position}]::{key_type(key)}) collate "C"' if key_type(key) == "text" else ""
        value = value or f"e.keys[{position}]::{key_type(key)}"
        parts.append(f"{value if keyed else expression(key)}{' desc' if key[2] else ''}")
    return ", ".join(parts)


def keys_text(keys: tuple[Key, ...]) -> str:
    """The keys of a row as an array of texts."""
    return f"array[{', '.join(f'({expression(key)})::text' for key in keys)}]"


def after(keys: tuple[Key, ...], values: list[str]) -> str:
    """The condition that a row comes after the place whose keys stand in the columns `values`."""
    if len({key[2] for key in keys}) == 1:
        sign = "<" if keys[0][2] else ">"
        return f"({', '.join(expression(key) for key in keys)}) {sign} ({', '.join(values)})"
    parts: list[str] = []
    for position, key in enumerate(keys):
        same = [f"{expression(k)} = {v}" for k, v in zip(keys[:position], values, strict=False)]
        further = f"{expression(key)} {'<' if key[2] else '>'} {values[position]}"
        parts.append("(" + " and ".join([*same, further]) + ")")
    return "(" + " or ".join(parts) + ")"
