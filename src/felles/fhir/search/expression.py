"""FHIRPath text to a tree.

A recursive-descent parser for the whole operator grammar of FHIRPath N1 (http://hl7.org/fhirpath/N1/grammar.html),
of which the search parameters of R4 use a small part. It knows nothing of types or data: what a tree means
is the business of whoever walks it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal as Choice

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator


class ExpressionError(ValueError):
    """Text that is no FHIRPath expression; says what was found, and where."""


class Node(msgspec.Struct, frozen=True):
    """Any part of an expression."""


class Literal(Node, frozen=True):
    """A value written out. `kind` tells 'x' from @2020 and @T10, all of which have text as `value`."""

    value: str | bool | Decimal
    kind: Choice["string", "boolean", "number", "date", "dateTime", "time"]
    unit: str | None = None


class Empty(Node, frozen=True):
    """`{}`: the empty collection."""


class Variable(Node, frozen=True):
    """`$this`, `$index`, `$total`, or an environment variable such as `%resource`; `name` has the sign."""

    name: str


class Member(Node, frozen=True):
    """`of.name`, or a bare `name` (an element of the focus, or a type's name) when `of` is None."""

    of: Node | None
    name: str


class Call(Node, frozen=True):
    """`of.name(arguments)`; `of` is None when the function is called on the focus."""

    of: Node | None
    name: str
    arguments: tuple[Node, ...]


class Item(Node, frozen=True):
    """`of[index]`."""

    of: Node
    index: Node


class Unary(Node, frozen=True):
    """`+of` or `-of`."""

    operator: str
    of: Node


class Binary(Node, frozen=True):
    """`left operator right`."""

    operator: str
    left: Node
    right: Node


class TypeOperation(Node, frozen=True):
    """`of is type` or `of as type`; `type` may be qualified (`FHIR.Quantity`)."""

    operator: str
    of: Node
    type: str


_LEVELS: tuple[frozenset[str], ...] = tuple(
    frozenset(level.split())
    for level in (
        "implies",
        "or xor",
        "and",
        "in contains",
        "= ~ != !~",
        "< > <= >=",
        "|",
        "is as",
        "+ - &",
        "* / div mod",
    )
)
"""Binary operators, loosest first; all of them group to the left."""

_WORDS = frozenset(operator for level in _LEVELS for operator in level if operator.isalpha())
_DURATIONS = frozenset(
    f"{unit}{plural}"
    for unit in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for plural in ("", "s")
)

_TOKEN = re.compile(
    r"""
      (?P<skip>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<time>@T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)
    | (?P<moment>@\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<string>'(?:\\.|[^'\\])*')
    | (?P<quoted>`(?:\\.|[^`\\])*`)
    | (?P<variable>\$\w+|%(?:[A-Za-z_]\w*|`[^`]*`|'[^']*'))
    | (?P<name>[A-Za-z_]\w*)
    | (?P<sign>!=|!~|<=|>=|[-+*/&|=~<>.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_TEMPORAL: dict[bool, Choice["date", "dateTime"]] = {False: "date", True: "dateTime"}


class _Token(msgspec.Struct, frozen=True):
    kind: str
    text: str
    at: int


def _unescape(quoted: str) -> str:
    """The text between the quotation marks."""

    def plain(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, code)

    return _ESCAPE.sub(plain, quoted[1:-1])


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"unexpected {text[at]!r} at {at} in {text!r}")
        if match.lastgroup != "skip":
            yield _Token(match.lastgroup or "", match[0], at)
        at = match.end()
    yield _Token("end", "end of the expression", len(text))


class _Parser:
    """One reading of one text; `here` is the token not yet taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.position = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.here
        self.position += 1
        return token

    def sees(self, *signs: str) -> bool:
        return self.here.kind == "sign" and self.here.text in signs

    def expect(self, sign: str) -> None:
        if not self.sees(sign):
            raise self.wrong(f"{sign!r} expected")
        self.position += 1

    def wrong(self, what: str) -> ExpressionError:
        return ExpressionError(f"{what} at {self.here.at}, found {self.here.text!r} in {self.text!r}")

    def binary(self, level: int = 0) -> Node:
        """An expression of operators at `level` and tighter."""
        if level == len(_LEVELS):
            return self.polarity()
        left = self.binary(level + 1)
        while self.here.kind in {"sign", "name"} and self.here.text in _LEVELS[level]:
            operator = self.take().text
            if operator in {"is", "as"}:
                left = TypeOperation(operator, left, self.type_name())
            else:
                left = Binary(operator, left, self.binary(level + 1))
        return left

    def type_name(self) -> str:
        name = self.name()
        while self.sees("."):
            self.take()
            name = f"{name}.{self.name()}"
        return name

    def polarity(self) -> Node:
        if self.sees("+", "-"):
            return Unary(self.take().text, self.polarity())
        return self.path()

    def path(self) -> Node:
        """A term followed by any number of `.step` and `[index]`."""
        node = self.term()
        while True:
            if self.sees("."):
                self.take()
                node = self.step(node)
            elif self.sees("["):
                self.take()
                node = Item(node, self.binary())
                self.expect("]")
            else:
                return node

    def step(self, of: Node | None) -> Node:
        if of is None and self.here.kind == "variable":
            return Variable(self.take().text)
        name = self.name()
        if not self.sees("("):
            return Member(of, name)
        self.take()
        arguments: list[Node] = []
        while not self.sees(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.binary())
        self.take()
        return Call(of, name, tuple(arguments))

    def name(self) -> str:
        token = self.here
        if token.kind == "quoted":
            self.take()
            return _unescape(token.text)
        # `is`, `as`, `in`, `contains` and the arithmetic words are names too where a name must stand.
        if token.kind != "name" or token.text in {"true", "false"}:
            raise self.wrong("a name expected")
        return self.take().text

    def term(self) -> Node:
        token = self.here
        if token.kind == "sign":
            return self.bracketed()
        if token.kind in {"variable", "quoted", "name"} and token.text not in {"true", "false"}:
            if token.text in _WORDS and token.text not in {"as", "is", "in", "contains"}:
                raise self.wrong("a value expected")
            return self.step(None)
        return self.literal()

    def bracketed(self) -> Node:
        if self.sees("{"):
            self.take()
            self.expect("}")
            return Empty()
        self.expect("(")
        node = self.binary()
        self.expect(")")
        return node

    def literal(self) -> Node:
        token = self.take()
        match token.kind:
            case "string":
                return Literal(_unescape(token.text), "string")
            case "name":
                return Literal(token.text == "true", "boolean")
            case "time":
                return Literal(token.text[2:], "time")
            case "moment":
                return Literal(token.text[1:], _TEMPORAL["T" in token.text])
            case "number":
                return Literal(Decimal(token.text), "number", self.unit())
            case _:
                self.position -= 1
                raise self.wrong("a value expected")

    def unit(self) -> str | None:
        """The unit of a quantity: a string, or a calendar word."""
        if self.here.kind == "string":
            return _unescape(self.take().text)
        if self.here.kind == "name" and self.here.text in _DURATIONS:
            return self.take().text
        return None


def parse(text: str) -> Node:
    """The tree of a FHIRPath expression.

    Raises ExpressionError when `text` does not follow the grammar.
    """
    parser = _Parser(text)
    node = parser.binary()
    if parser.here.kind != "end":
        raise parser.wrong("an operator expected")
    return node
