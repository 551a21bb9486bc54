"""What the browser fetches: light, ours alone, and drawn from the theme."""

import gzip
import re
from pathlib import Path

import pytest

import felles
from felles.ui.assets import assets
from felles.ui.render import icon, source
from felles.ui.security import POLICY

STATIC = Path(felles.__file__).parent / "ui" / "static"
OWN = sorted(path for path in STATIC.glob("*.css"))
TEMPLATES = sorted((Path(felles.__file__).parent).rglob("templates/*.html"))


def test_the_weight_budget_holds():
    # ux.md G5: style sheet at most 35 kB, script at most 30 kB for citizens, packed.
    assert len(gzip.compress(assets().asset("felles.css").body, 9)) <= 35 * 1024
    assert len(gzip.compress(assets().asset("felles.js").body, 9)) <= 30 * 1024


def test_addresses_carry_the_hash_of_what_they_give():
    for name in ("felles.css", "felles.js", "icons.svg", "inter-latin.woff2"):
        assert re.fullmatch(r"/static/[a-z.-]+\.[0-9a-f]{12}\.[a-z0-9]+", assets().url(name))
    with pytest.raises(KeyError):
        assets().url("secret.css")


def test_own_styles_take_colours_from_the_theme_alone():
    for path in OWN:
        if path.name != "print.css":  # paper is white
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text()) == [], path.name


def test_every_token_that_is_used_is_in_the_theme():
    theme = set(re.findall(r"(--ds-[a-z0-9-]+)\s*:", (STATIC / "vendor/theme.css").read_text()))
    for path in OWN:
        used = re.findall(r"var\((--ds-[a-z0-9-]+)([,)])", path.read_text())
        assert [token for token, end in used if end == ")" and token not in theme] == [], path.name


def test_nothing_is_fetched_from_elsewhere_and_nothing_runs_in_the_page():
    sheet = assets().asset("felles.css").body.decode()
    assert re.findall(r"url\((?!data:|\"data:|/static/)[^)]*\)", sheet) == []
    for path in TEMPLATES:
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?://", text), path.name
    assert "unsafe" not in POLICY


def test_every_icon_that_is_used_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="(\w+)"', assets().asset("icons.svg").body.decode()))
    used = set()
    for path in Path(felles.__file__).parent.rglob("*"):
        if path.suffix in (".html", ".py") and ("ui" in path.parts or "care" in path.parts):
            used |= set(re.findall(r'icon(?:_of)?\("([A-Z]\w+)"\)', path.read_text("utf-8")))
    assert used
    assert used <= sprite
    assert 'aria-hidden="true"' in icon("Eye")


def test_the_layout_names_its_language_and_skips_to_the_content():
    layout = source("ui/layout.html")
    assert '<html lang="{{ lang }}"' in layout
    assert layout.index("ds-skip-link") < layout.index("<header")
