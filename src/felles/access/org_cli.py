"""`felles org`: organisations and units."""

from __future__ import annotations

from typing import Annotated

import typer

from felles.access import command
from felles.access.clients import organization_name
from felles.access.resources import organization, struct
from felles.record.changes import Change
from felles.record.ids import SHARED_BUCKET
from felles.record.numbers import TYPES
from felles.record.store import Store

app = typer.Typer(no_args_is_help=True, help="Register organisations and their units.")

_LIST = f"""select id, body::json ->> 'name' as name, body::json #>> '{{partOf,reference}}' as part_of,
       body::json #>> '{{identifier,0,value}}' as number
  from shared where bucket = {SHARED_BUCKET} and type = {TYPES["Organization"]} and form = 0 and state = 0
   and not deleted order by name, id"""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The organisation's name.")],
    number: Annotated[str | None, typer.Option(help="Its organisation number, nine digits.")] = None,
    part_of: Annotated[str | None, typer.Option(help="The organisation it is a unit of: Organization/…")] = None,
) -> None:
    """Register an organisation or unit; prints its reference."""
    resource = struct(organization(name, number, part_of))

    async def make(store: Store) -> str:
        if part_of is not None:
            await organization_name(store, part_of)
        grant = command.operator(store, "felles org")
        done = await store.commit(grant, [Change(op="create", type="Organization", resource=resource)], act="create")
        return done[0].reference

    print(command.run(make))


@app.command("list")
def list_() -> None:
    """Show all organisations and units."""

    async def read(store: Store) -> list[str]:
        return [
            "  ".join(filter(None, (f"Organization/{r['id']}", r["name"], r["number"], r["part_of"])))
            for r in await store.pool.fetch(_LIST)
        ]

    print("\n".join(command.run(read)) or "no organisations yet (felles org add)")
