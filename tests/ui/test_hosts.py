"""Whose own host an address is, and where there are such hosts at all."""

import pytest

from felles.ui.hosts import address_of, persona_of


@pytest.mark.parametrize(
    ("host", "persona"),
    [
        ("jordmor.localhost:8000", "jordmor"),
        ("JORDMOR.localhost", "jordmor"),
        ("localhost:8000", ""),
        ("127.0.0.1:8000", ""),
        ("jordmor.localhost.example.org", ""),
        ("a.b.localhost:8000", ""),
        ("jordmor.example.org", ""),
        ("", ""),
    ],
)
def test_a_host_below_localhost_names_a_persona(host, persona):
    assert persona_of(host) == persona


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1:8000", "http://gravid.localhost:8000"),
        ("localhost", "http://gravid.localhost"),
        ("jordmor.localhost:81", "http://gravid.localhost:81"),
        ("felles.example.org", ""),
        ("localhost:x", ""),
        ("", ""),
    ],
)
def test_each_has_an_address_on_this_machine_alone(host, address):
    assert address_of(host, "http", "gravid") == address
