"""`felles token`: a short-lived access token for any FHIR client or load tool."""

from __future__ import annotations

from typing import Annotated

import typer

from felles.access import command
from felles.access.errors import Refused
from felles.access.signing import Signer
from felles.access.tokens import Issuer
from felles.record.store import Store

Text = str | None


def token(
    scope: Annotated[Text, typer.Option(help="What it allows: system/*.* , system/*.read or system/*.write.")] = None,
    as_: Annotated[
        Text,
        typer.Option("--as", metavar="PERSONA", help="Demo mode: act as this persona, or as the person of Patient/x."),
    ] = None,
    client: Annotated[Text, typer.Option(help="A registered client: its scope and organisation.")] = None,
    organization: Annotated[Text, typer.Option(help="Whose reach it has: Organization/…")] = None,
    purpose: Annotated[Text, typer.Option(help="TREAT, HOPERAT, … or maintenance (sees everything).")] = None,
    approval: Annotated[Text, typer.Option(help="Who approved it, and where that is written down.")] = None,
    expires: Annotated[Text, typer.Option(help="How long it holds: 15m, 1h; at most 1d. [demo mode: 1h]")] = None,
) -> None:
    """Print a short-lived access token.

    Outside demo mode a scope needs organisation, purpose, expiry and approval. In demo mode
    `felles token --scope 'system/*.*'` alone sees everything. Each token is logged.
    """
    if sum(value is not None for value in (scope, as_, client)) != 1:
        raise Refused("say one of --scope, --as and --client")

    async def make(store: Store) -> str:
        issuer = Issuer(store, Signer.of(store.settings.home), command.operator(store, "felles token").who)
        span = command.seconds(expires) if expires else int(store.settings.token_lifetime)
        if as_ is not None:
            return await issuer.for_persona(as_, span)
        if client is not None:
            return await issuer.for_client(client, span)
        said = {"--organization": organization, "--purpose": purpose, "--expires": expires, "--approval": approval}
        lacking = [name for name, value in said.items() if not value]
        if store.settings.demo and lacking and not (organization or purpose or approval):
            return await issuer.for_demo(scope or "", span)
        if lacking:
            raise Refused(f"a token for a scope also needs {', '.join(lacking)}")
        return await issuer.for_scope(
            scope or "",
            organization=organization or "",
            purpose=purpose or "",
            approval=approval or "",
            seconds=span,
        )

    print(command.run(make))
