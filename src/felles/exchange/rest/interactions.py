"""All interactions, by the name the routes give them: what is not here is not served and not declared."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from felles.exchange.rest import (
    batch,
    create,
    delete,
    everything,
    history,
    join,
    metadata,
    move,
    read,
    search,
    transaction,
    unjoin,
    update,
    vread,
)

MODULES: Final[dict[str, ModuleType]] = {
    "metadata": metadata,
    "read": read,
    "vread": vread,
    "search": search,
    "create": create,
    "update": update,
    "delete": delete,
    "history": history,
    "batch": batch,
    "everything": everything,
    "join": join,
    "unjoin": unjoin,
    "move": move,
}
ANSWERS: Final = {name: module.answer for name, module in MODULES.items()}
DECLARED: Final = (*(module.INTERACTION for module in MODULES.values()), transaction.INTERACTION)
"""What the capability statement lists."""
