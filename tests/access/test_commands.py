"""`felles token`, `client`, `org` and `demo`, as somebody at the terminal meets them."""

import pytest
import typer
from typer.testing import CliRunner

from felles.access import client_cli, command, org_cli, token_cli
from felles.access.errors import Refused
from felles.access.signing import Signer
from felles.demo import cli as demo_cli
from felles.demo.places import GP_OFFICE, ORGANISATIONS

pytestmark = pytest.mark.slow

OFFICE = ORGANISATIONS[GP_OFFICE].reference


def as_app(function):
    app = typer.Typer()
    app.command()(function)
    return app


@pytest.fixture
def run(region_database, region_home, monkeypatch):
    """Run a command over the region's database, outside demo mode by its environment."""
    monkeypatch.setenv("FELLES_HOME", str(region_home))
    monkeypatch.setenv("FELLES_DATABASE_URL", region_database.url)
    monkeypatch.setenv("FELLES_DATABASE_OWNER_URL", region_database.owner_url)
    monkeypatch.delenv("FELLES_DEMO", raising=False)

    def call(app, *arguments, fails=None):
        result = CliRunner().invoke(app, arguments)
        if fails is None:
            assert result.exit_code == 0, result.exception
            return result.output.strip()
        assert isinstance(result.exception, fails), result.output
        return str(result.exception)

    return call


@pytest.fixture
def read(region_home):
    def claims(token):
        signer = Signer.of(region_home)
        return signer.read(token, 0)

    return claims


@pytest.mark.slow
def test_over_the_synthetic_region_a_scope_alone_gives_everything(run, read):
    claims = read(run(as_app(token_cli.token), "--scope", "system/*.*"))
    assert (claims.demo, claims.scope, claims.purpose) == (True, "system/*.*", "maintenance")
    assert claims.exp - claims.iat == 3600


def test_a_token_as_a_persona(run, read):
    claims = read(run(as_app(token_cli.token), "--as", "gravid", "--expires", "15m"))
    assert (claims.sub, claims.scope) == ("persona/gravid", "patient/*.*")
    assert 890 <= claims.exp - claims.iat <= 900  # the session it stands for was opened a moment before


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--scope", "system/*.*", "--as", "gravid"),
        ("--scope", "system/*.read", "--purpose", "TREAT"),
        ("--scope", "system/*.read", "--expires", "soon"),
        ("--scope", "system/Patient.read"),
        ("--client", "nobody"),
    ],
)
def test_a_token_that_cannot_be_made_says_why_in_one_line(run, arguments):
    said = run(as_app(token_cli.token), *arguments, fails=Refused)
    assert said
    assert "\n" not in said


def test_a_token_with_everything_said_is_one_for_any_server(run, read):
    asked = ("--organization", OFFICE, "--purpose", "TREAT", "--approval", "sak 1", "--expires", "1h")
    claims = read(run(as_app(token_cli.token), "--scope", "system/*.read", *asked))
    assert (claims.demo, claims.org, claims.org_name) == (False, OFFICE, "Fjordgløtt legekontor")


def test_a_client_from_its_registration_to_its_end(run, read):
    asked = ("--organization", OFFICE, "--scope", "system/*.read", "--approval", "sak 2", "--expires", "30d")
    client = run(client_cli.app, "add", "Timebok", *asked)
    assert client in run(client_cli.app, "list")
    claims = read(run(as_app(token_cli.token), "--client", client))
    assert (claims.client, claims.org) == (client, OFFICE)
    run(client_cli.app, "end", client)
    assert "ended" in run(client_cli.app, "list")
    run(client_cli.app, "end", client, fails=Refused)
    run(as_app(token_cli.token), "--client", client, fails=Refused)


def test_a_unit_is_registered_under_its_organisation(run):
    unit = run(org_cli.app, "add", "Lab", "--part-of", OFFICE)
    assert unit.startswith("Organization/f")
    line = next(line for line in run(org_cli.app, "list").splitlines() if unit in line)
    assert line.endswith(OFFICE)


def test_an_organisation_with_a_wrong_number_or_parent_is_refused(run):
    assert "organisation number" in run(org_cli.app, "add", "X", "--number", "123456789", fails=Refused)
    assert "nowhere" in run(org_cli.app, "add", "X", "--part-of", "Organization/nowhere", fails=Refused)


def test_the_region_is_left_as_it_is(run):
    output = run(as_app(demo_cli.demo))
    assert "All is here" in output
    assert "fastlege" in output


@pytest.mark.parametrize(("text", "seconds"), [("900", 900), ("15m", 900), ("1h", 3600), ("30d", 2_592_000), ("5s", 5)])
def test_spans_of_time(text, seconds):
    assert command.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0h", "-1h", "1w", "1.5h", "h"])
def test_what_is_no_span_of_time_is_refused(text):
    with pytest.raises(Refused):
        command.seconds(text)
