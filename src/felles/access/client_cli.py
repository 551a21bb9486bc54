"""`felles client`: systems that may ask for tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from felles.access import clients, command
from felles.access.errors import Refused
from felles.record.clock import MICROSECONDS
from felles.record.store import Store

app = typer.Typer(no_args_is_help=True, help="Register systems that may ask for tokens.")

_LIST = """select id, name, org, scope, purpose, until, ended, approval from client order by made"""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What the system is called, as the log will show it.")],
    organization: Annotated[str, typer.Option(help="Whose system it is: Organization/…")],
    scope: Annotated[str, typer.Option(help="system/*.* , system/*.read or system/*.write")],
    approval: Annotated[str, typer.Option(help="Who approved it, and where that is written down.")],
    purpose: Annotated[str, typer.Option(help="TREAT, HOPERAT, …")] = "TREAT",
    expires: Annotated[str, typer.Option(help="When it ends, from now.")] = "365d",
) -> None:
    """Register a system; prints its id, for `felles token --client`."""
    span = command.seconds(expires)

    async def make(store: Store) -> str:
        made = await clients.add(
            store,
            name=name,
            organization=organization,
            scope=scope,
            purpose=purpose,
            approval=approval,
            until=store.clock.real() + span * MICROSECONDS,
            who=command.operator(store, "felles client").who,
        )
        return made.id

    print(command.run(make))


@app.command("list")
def list_() -> None:
    """Show all systems, those that have ended too."""

    async def read(store: Store) -> list[str]:
        now = store.clock.real()
        return [
            f"{r['id']}  {'ended' if r['ended'] or r['until'] <= now else 'until ' + _day(r['until'])}  {r['name']}  "
            f"{r['org']}  {r['scope']}  {r['purpose']}  {r['approval']}"
            for r in await store.pool.fetch(_LIST)
        ]

    print("\n".join(command.run(read)) or "no clients yet (felles client add)")


@app.command()
def end(client: Annotated[str, typer.Argument(help="The client's id.")]) -> None:
    """End a system at once, its tokens with it."""

    async def stop(store: Store) -> bool:
        return await clients.end(store, client, command.operator(store, "felles client").who)

    if not command.run(stop):
        raise Refused(f"{client!r} is no client, or has ended already")


def _day(micros: int) -> str:
    return datetime.fromtimestamp(micros / MICROSECONDS, UTC).date().isoformat()
