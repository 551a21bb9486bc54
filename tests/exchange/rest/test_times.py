"""`_since` as microseconds."""

import pytest

from felles.exchange.rest.outcomes import Refusal
from felles.exchange.rest.times import since_of


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T01:00:00 01:00", 0),
        ("1970-01-01T00:00:00.5Z", 500_000),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1970-01-01T00:01Z", 60_000_000),
    ],
)
def test_an_instant_is_read(text, moment):
    assert since_of(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-02-30T00:00:00Z", "now", "1970-01-01T25:00:00Z", "٢٠٢٦"],
)
def test_anything_else_is_refused(text):
    with pytest.raises(Refusal) as caught:
        since_of(text)
    assert caught.value.status == 400
