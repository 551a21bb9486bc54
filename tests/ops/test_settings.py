"""Settings: read from the environment, checked, and each one documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from felles import settings
from felles.settings import Settings, SettingsError, load, variable

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = dict(re.findall(r"^\| `(FELLES_\w+)` \| (.+?) \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
NAMES = [each.name for each in fields(Settings)]


@pytest.mark.parametrize("name", NAMES)
def test_each_setting_is_documented(name):
    assert variable(name) in DOCUMENTED


def test_what_is_documented_exists():
    assert set(DOCUMENTED) == {variable(name) for name in NAMES} | settings.OUTSIDE


@pytest.mark.parametrize("name", [each.name for each in fields(Settings) if not callable(each.default_factory)])
def test_the_documented_default_is_the_default(name):
    default = getattr(load({}), name)
    said = DOCUMENTED[variable(name)]
    if default is None:
        assert said.startswith(("none", "`http"))
    else:
        assert said.startswith(f"`{str(default).lower() if isinstance(default, bool) else default}`")


def test_computed_defaults():
    found = load({})
    assert found.home == Path(".felles").absolute()
    assert found.workers >= 1
    assert str(found.timezone) == "Europe/Oslo"
    assert found.embedded
    assert found.base_url == "http://127.0.0.1:8000"


def test_the_environment_is_read_and_options_go_before_it():
    environment = {"FELLES_PORT": "8100", "FELLES_DEMO": "yes", "FELLES_HOST": "::1", "FELLES_WORKERS": " "}
    found = load(environment)
    assert (found.port, found.demo, found.base_url) == (8100, True, "http://[::1]:8100")
    assert load(environment, port=8200).port == 8200
    assert load({"FELLES_PUBLIC_URL": "https://journal.example/"}).base_url == "https://journal.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FELLES_PORT", "many"),
        ("FELLES_PORT", "65536"),
        ("FELLES_WORKERS", "0"),
        ("FELLES_WORKERS", "²"),
        ("FELLES_DEMO", "perhaps"),
        ("FELLES_TIMEZONE", "Europe/Atlantis"),
        ("FELLES_TIMEZONE", "../etc/passwd"),
        ("FELLES_STATEMENT_TIMEOUT", "nan"),
        ("FELLES_STATEMENT_TIMEOUT", "-1"),
        ("FELLES_DATABASE_URL", "mysql://x"),
        ("FELLES_PUBLIC_URL", "journal.example"),
        ("FELLES_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_one_line(name, value):
    with pytest.raises(SettingsError, match=f"^{name} must be .+, not ") as caught:
        load({name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["FELLES_DATABASE_URL", "FELLES_DATABASE_OWNER_URL"])
def test_one_database_url_without_the_other_is_refused(name):
    with pytest.raises(SettingsError, match="go together"):
        load({name: "postgresql://u@h/d"})


def test_both_database_urls_are_accepted():
    url = "postgresql://u@h/d"
    assert not load({"FELLES_DATABASE_URL": url, "FELLES_DATABASE_OWNER_URL": url}).embedded


def test_a_default_page_beyond_the_largest_is_refused():
    with pytest.raises(SettingsError, match="FELLES_MAX_PAGE"):
        load({"FELLES_DEFAULT_PAGE": "50", "FELLES_MAX_PAGE": "40"})


def test_misspelt_variables_are_named():
    assert settings.unknown({"FELLES_PROT": "1", "FELLES_PORT": "1", "FELLES_TEST_DATA": "x", "PATH": ""}) == [
        "FELLES_PROT"
    ]
