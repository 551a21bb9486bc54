"""The examples of the specification, for all tests of the language."""

from __future__ import annotations

from npm_packages import npm_modules, uncollected

__all__ = ["npm_modules", "uncollected"]
