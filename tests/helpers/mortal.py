"""A browser that can be killed, and what a form says of its draft."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from browsers import QUIET

FAILED = "Ikke lagret. Teksten står fortsatt i dette vinduet"


def says(page, text):
    """Waits until the form says so of its draft."""
    page.locator("[data-saved]", has_text=text).wait_for()


class Browser:
    """A Chromium of its own, which can be killed."""

    def __init__(self, chromium, playwright):
        self.mark = f"--felles-mark={uuid4().hex}"
        self.browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, self.mark])
        self.page = self.browser.new_context(locale="nb-NO").new_page()

    def kill(self):
        """SIGKILL to each of its processes that carries the mark: the rest cannot live without it."""
        marked = [
            int(each.name)
            for each in Path("/proc").iterdir()
            if each.name.isdigit() and self.mark in _command_line(each)
        ]
        assert marked
        for process in marked:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _command_line(process):
    try:
        return (process / "cmdline").read_text(errors="replace")
    except OSError:  # it has just ended
        return ""
