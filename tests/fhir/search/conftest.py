"""The npm packages that the search tests compare with."""

from __future__ import annotations

from npm_packages import npm_modules, uncollected

__all__ = ["npm_modules", "uncollected"]
