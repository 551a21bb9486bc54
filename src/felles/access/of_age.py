"""From which age a person signs in to her own record.

From 16 by herself (pasient- og brukerrettighetsloven §§ 4-3, 5-1: the age of consent in health matters is hers for
access too). A younger child has no sign-in of her own unless the site gives one (`FELLES_CHILD_SIGN_IN`), and then from
13 (`FELLES_CHILD_SIGN_IN_AGE`): personopplysningsloven § 5, the age at which a child may use such a service by herself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.access.representation import Ages, birthday

if TYPE_CHECKING:
    from datetime import date

    from felles.record.grants import PersonKey
    from felles.record.store import Store
    from felles.settings import Settings

_BORN: Final = """select min(f.born) as born from unnest($1::smallint[], $2::bigint[]) k(bucket, person)
    join face f on f.bucket = k.bucket and f.person = k.person"""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The ages at which a person may sign in: `own` always, `child` where the site lets children in."""

    own: int = Ages().end
    child: int | None = None

    @property
    def since(self) -> int:
        """Years from which somebody signs in here."""
        return self.own if self.child is None else min(self.own, self.child)


def ages_of(settings: Settings) -> SignIn:
    """What this site has decided."""
    return SignIn(settings.parents_end_age, settings.child_sign_in_age if settings.child_sign_in else None)


def old_enough(born: date | str | None, ages: SignIn, now: int) -> bool:
    """Whether somebody born that day may sign in at `now` (clinical microseconds); who has no birth date may."""
    return born is None or birthday(str(born), ages.since) <= now


async def may_sign_in(store: Store, keys: tuple[PersonKey, ...]) -> bool:
    """Whether the person of these keys is old enough here and now. Raises `Busy`."""
    buckets, persons = [key[0] for key in keys], [key[1] for key in keys]
    rows = await store.pool.fetch(_BORN, buckets, persons)
    return old_enough(rows[0]["born"] if rows else None, ages_of(store.settings), store.clock.clinical())
