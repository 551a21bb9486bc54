"""What request headers mean, and what they are refused for."""

import pytest

from felles.exchange.rest import headers
from felles.exchange.rest.headers import Prefer
from felles.exchange.rest.outcomes import Refusal


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("return=minimal", Prefer("minimal")),
        ("return=representation; handling=lenient", Prefer("representation", lenient=True)),
        ('handling="strict", return=OperationOutcome', Prefer("OperationOutcome")),
        ("respond-async", Prefer()),
        ("", Prefer()),
    ],
)
def test_prefer_is_read(text, meant):
    assert headers.prefer(text) == meant


@pytest.mark.parametrize("text", ["return=all", "handling=loose"])
def test_a_preference_that_means_nothing_is_refused(text):
    with pytest.raises(Refusal) as caught:
        headers.prefer(text)
    assert caught.value.status == 400


@pytest.mark.parametrize(("text", "version"), [('W/"3"', 3), ('"12"', 12), (' W/"1" ', 1)])
def test_if_match_names_a_version(text, version):
    assert headers.if_match(text) == version


@pytest.mark.parametrize("text", ["", "3", 'W/"a"', 'W/"1", W/"2"', "*", 'W/"-1"', 'W/"99999999999999"', 'W/"١"'])
def test_any_other_if_match_is_refused(text):
    with pytest.raises(Refusal) as caught:
        headers.if_match(text)
    assert caught.value.status == 400


def test_if_none_match_compares_weakly():
    assert headers.none_match('W/"1", "2"', 'W/"2"')
    assert headers.none_match("*", 'W/"2"')
    assert not headers.none_match('W/"1"', 'W/"2"')


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Thu, 01 Jan 1970 00:00:10 GMT", True),
        ("Thu, 01 Jan 1970 00:00:09 GMT", False),
        ("yesterday", False),
        ("Thu, 99 Jan 1970 00:00:10 GMT", False),
        ("Thu, 01 Jan 1970 00:00:10", False),
    ],
)
def test_if_modified_since_compares_whole_seconds(text, same):
    assert headers.unmodified_since(text, 10_999_999) is same


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("application/fhir+json", True),
        ("application/fhir+json; fhirVersion=4.0", True),
        ("text/html, */*;q=0.1", True),
        ("application/json", True),
        ("application/fhir+xml", False),
        ("application/fhir+json; fhirVersion=5.0", False),
        ("application/fhir+json;q=0", False),
        ("text/html", False),
    ],
)
def test_accept_must_take_json_of_r4(text, taken):
    assert headers.accepts_json(text) is taken


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("json", True),
        ("application/fhir json", True),
        ("application/fhir+json", True),
        ("xml", False),
        ("ttl", False),
    ],
)
def test_format_goes_by_its_short_and_long_names(text, taken):
    assert headers.format_is_json(text) is taken


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("application/fhir+json; charset=utf-8", True),
        ("application/json", True),
        ("application/fhir+json; charset=iso-8859-1", False),
        ("application/fhir+xml", False),
        ("", False),
    ],
)
def test_a_body_is_json_in_utf8(text, taken):
    assert headers.body_is_json(text) is taken


def test_gzip_is_sent_to_those_who_take_it():
    assert headers.takes_gzip("br, gzip;q=0.8")
    assert headers.takes_gzip("*")
    assert not headers.takes_gzip("gzip;q=0")
    assert not headers.takes_gzip("br")
    assert not headers.takes_gzip("")
