"""Which Chromium is here, and how it is started: for Playwright, in tests and for the pictures."""

from __future__ import annotations

import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The best first, as scripts/chromium.sh gets them: the shell draws on no screen."""
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Chromium's arguments: nothing but the pages."""


def found() -> str | None:
    """The path of the first that is here, for `executable_path`; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
