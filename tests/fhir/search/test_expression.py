from decimal import Decimal

import pytest

from felles.fhir.search import expression as x
from felles.fhir.search.expression import ExpressionError, parse
from felles.fhir.search.generate import sources


def test_every_search_parameter_of_r4_is_read() -> None:
    expressions = [each["expression"] for each in sources() if "expression" in each]
    assert len(expressions) > 1370
    assert all(isinstance(parse(text), x.Node) for text in expressions)


def test_a_path_reads_from_left_to_right() -> None:
    assert parse("Patient.name.given") == x.Member(x.Member(x.Member(None, "Patient"), "name"), "given")


def test_where_takes_a_condition_on_its_element() -> None:
    condition = x.Binary("=", x.Member(None, "system"), x.Literal("phone", "string"))
    assert parse("telecom.where(system='phone')") == x.Call(x.Member(None, "telecom"), "where", (condition,))


def test_as_binds_tighter_than_the_union() -> None:
    assert parse("a as Quantity | b") == x.Binary(
        "|", x.TypeOperation("as", x.Member(None, "a"), "Quantity"), x.Member(None, "b")
    )


def test_as_and_is_are_names_of_functions_too() -> None:
    assert parse("value.as(Quantity)") == x.Call(x.Member(None, "value"), "as", (x.Member(None, "Quantity"),))
    assert parse("resolve() is Patient") == x.TypeOperation("is", x.Call(None, "resolve", ()), "Patient")


def test_an_index_follows_its_list() -> None:
    assert parse("entry[0].resource") == x.Member(
        x.Item(x.Member(None, "entry"), x.Literal(Decimal(0), "number")), "resource"
    )


@pytest.mark.parametrize(
    ("text", "looser"),
    [
        ("a or b and c", "or"),
        ("a implies b or c", "implies"),
        ("a = b and c = d", "and"),
        ("a | b = c", "="),
        ("a + b * c", "+"),
        ("a - b - c", "-"),
        ("a in b | c", "in"),
        ("a < b = c", "="),
    ],
)
def test_operators_bind_as_in_the_grammar(text: str, looser: str) -> None:
    node = parse(text)
    assert isinstance(node, x.Binary)
    assert node.operator == looser


def test_equal_operators_group_to_the_left() -> None:
    node = parse("a - b - c")
    assert isinstance(node, x.Binary)
    assert node.right == x.Member(None, "c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'it\\'s \\u00e5\\n'", x.Literal("it's å\n", "string")),
        ("true", x.Literal(value=True, kind="boolean")),
        ("@2020-02", x.Literal("2020-02", "date")),
        ("@2020-02-01T10:00+01:00", x.Literal("2020-02-01T10:00+01:00", "dateTime")),
        ("@T10:30", x.Literal("10:30", "time")),
        ("4.50 'mg'", x.Literal(Decimal("4.50"), "number", "mg")),
        ("3 days", x.Literal(Decimal(3), "number", "days")),
        ("{}", x.Empty()),
        ("%resource", x.Variable("%resource")),
        ("$this", x.Variable("$this")),
        ("`odd name`", x.Member(None, "odd name")),
        ("-1", x.Unary("-", x.Literal(Decimal(1), "number"))),
        ("a /* why */ . b // end", x.Member(x.Member(None, "a"), "b")),
    ],
)
def test_literals_and_terms(text: str, expected: x.Node) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "a.", "a b", "(a", "a.where(", "a[0", "'open", "a ! b", "a..b", "a.$this", "and", "f(a,)"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_the_error_says_where() -> None:
    with pytest.raises(ExpressionError, match="at 2, found '\\)'"):
        parse("a.)")
