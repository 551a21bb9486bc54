"""Where requests go, and where they do not."""

import pytest

from felles.exchange.rest.outcomes import Refusal
from felles.exchange.rest.routing import Route, route


@pytest.mark.parametrize(
    ("method", "path", "goes"),
    [
        ("POST", "", Route("batch")),
        ("GET", "metadata", Route("metadata")),
        ("GET", "Patient", Route("search", "Patient")),
        ("POST", "Patient/_search", Route("search", "Patient")),
        ("POST", "Patient", Route("create", "Patient")),
        ("PUT", "Patient", Route("update", "Patient")),
        ("DELETE", "Patient", Route("delete", "Patient")),
        ("GET", "Patient/a-1.B", Route("read", "Patient", "a-1.B")),
        ("HEAD", "Patient/a", Route("read", "Patient", "a")),
        ("PUT", "Patient/a", Route("update", "Patient", "a")),
        ("DELETE", "Patient/a", Route("delete", "Patient", "a")),
        ("GET", "_history", Route("history")),
        ("GET", "Patient/_history", Route("history", "Patient")),
        ("GET", "Patient/a/_history", Route("history", "Patient", "a")),
        ("GET", "Patient/a/_history/7", Route("vread", "Patient", "a", "7")),
        ("GET", "Patient/a/$everything", Route("everything", "Patient", "a")),
        ("POST", "Patient/a/$everything", Route("everything", "Patient", "a")),
    ],
)
def test_a_request_goes_to_its_interaction(method, path, goes):
    assert route(method, path) == goes


@pytest.mark.parametrize(
    "path",
    [
        "Nothing",
        "patient",
        "Parameters/a",
        "OperationOutcome",
        "Patient/",
        "Patient/a/b/c",
        "Patient/a/_history/0",
        "Patient/a/_history/x",
        "Patient/a/_history/1/2",
        "Observation/a/$everything",
        "Patient/a/$nothing",
        "Patient/..",
        "Patient/../../etc/passwd",
        "Patient/a_b",
        "Patient/" + "a" * 65,
        "Patient/æ",
        "metadata/x",
        "_search",
    ],
)
def test_what_leads_nowhere_is_not_found(path):
    with pytest.raises(Refusal) as caught:
        route("GET", path)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "", "OPTIONS, POST"),
        ("PATCH", "Patient/a", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("POST", "Patient/a", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("GET", "Patient/_search", "OPTIONS, POST"),
        ("DELETE", "metadata", "GET, HEAD, OPTIONS"),
        ("TRACE", "Patient", "DELETE, GET, HEAD, OPTIONS, POST, PUT"),
    ],
)
def test_a_method_that_is_not_for_a_path_is_told_which_are(method, path, allow):
    with pytest.raises(Refusal) as caught:
        route(method, path)
    assert caught.value.status == 405
    assert caught.value.headers == [("allow", allow)]
