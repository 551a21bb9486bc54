"""Pages as staff see them: signed in with a cookie, as a browser is."""

from __future__ import annotations

import httpx


async def signed_in(address: str, persona: str) -> str:
    """The Cookie header of a new session of a persona. Raises `RuntimeError` when the server gives none."""
    async with httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=30) as client:
        answer = await client.post("/logg-inn", data={"persona": persona})
        if answer.status_code != 303 or not client.cookies:
            raise RuntimeError(f"signing in as {persona} got {answer.status_code}")
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())
