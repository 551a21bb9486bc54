"""Doors over databases of their own, for the proofs (docs/proofs.md)."""

from __future__ import annotations

from typing import Any

import pytest_asyncio
from npm_packages import npm_modules
from worlds import opened

__all__ = ["npm_modules", "world"]


@pytest_asyncio.fixture(scope="module")
async def world(record_database: Any, tmp_path_factory: Any) -> Any:
    """A door over the module's database, with the settings as they are by default."""
    async with opened(record_database.url, tmp_path_factory.mktemp("home")) as made:
        yield made
