"""A FHIR door over the module's database, with limits low enough to be met in a test."""

from __future__ import annotations

from typing import Any

import pytest_asyncio
from worlds import opened

SMALL = {"max_body_bytes": 200_000, "max_unpacked_bytes": 400_000, "max_bundle_entries": 50, "max_url_bytes": 4000}


@pytest_asyncio.fixture
async def world(record_database: Any, tmp_path: Any) -> Any:
    """A door over the module's database."""
    async with opened(record_database.url, tmp_path, **SMALL) as made:
        yield made
