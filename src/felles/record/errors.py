"""The errors of the record, one tree:

    RecordError
    ├── Absent               404  not here, or not for this reader: both answer alike
    ├── Gone                 410  deleted, and the reader could see it
    ├── Expired              410  a paging link whose snapshot is no longer kept
    ├── Forbidden            403  a subject of a write that the writer has no relation to, or a verb she lacks
    ├── Conflict             409  another version or person is in the way; nothing was written
    │   └── Stale            409  an id was claimed meanwhile, each time that the commit was planned
    ├── PreconditionFailed   412  If-Match or a conditional interaction met something else
    ├── Invalid request
    │   ├── BadQuery         400  a parameter or value that is not understood
    │   └── Unprocessable    422  well-formed, but breaks a rule of the record
    ├── TooCostly            422  would read more than the budget: narrow it
    └── Busy                 503  the database is away or too slow; nothing was acknowledged

Each carries the HTTP status, the FHIR issue code and one sentence for a person to read.
"""

from __future__ import annotations

from types import TracebackType
from typing import Final

MET: Final = "another writer was in the way three times; try again"
"""What is said where others wrote the same at each try."""


class RecordError(Exception):
    """Base of all errors of the record.

    `diagnostics` is one sentence that names what was wrong; `expression` a FHIRPath where one is known; `position`
    the place (from 0) of the change at fault among those that were to be committed together, where one is.
    """

    status = 500
    code = "exception"
    position: int | None = None

    def __init__(self, diagnostics: str, expression: str | None = None) -> None:
        super().__init__(diagnostics)
        self.diagnostics = diagnostics
        self.expression = expression


class blaming:  # noqa: N801 - used as a function; a generator would cost each change five times a microsecond
    """Let a RecordError raised inside name the change at `position`, unless it names one already."""

    __slots__ = ("_position",)

    def __init__(self, position: int) -> None:
        self._position = position

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, RecordError) and error.position is None:
            error.position = self._position


class Absent(RecordError):
    """Nothing here that this reader may see."""

    status = 404
    code = "not-found"


class Gone(RecordError):
    """The entry was deleted; the reader could see it."""

    status = 410
    code = "deleted"


class Expired(RecordError):
    """A paging link whose snapshot is no longer kept: search again."""

    status = 410
    code = "expired"


class Forbidden(RecordError):
    """The writer lacks the relation or the verb."""

    status = 403
    code = "forbidden"


class Conflict(RecordError):
    """Another version, or another person, is in the way."""

    status = 409
    code = "conflict"


class Stale(Conflict):
    """An id that was free when the commit was planned was claimed meanwhile: it is planned again."""


class PreconditionFailed(RecordError):
    """If-Match or a condition does not hold."""

    status = 412
    code = "conflict"


class BadQuery(RecordError):
    """A search parameter or a value that is not understood or not supported."""

    status = 400
    code = "invalid"


class Unprocessable(RecordError):
    """Well-formed, but breaks a rule of the record."""

    status = 422
    code = "business-rule"


class TooCostly(RecordError):
    """Would read more than the budget allows; the sentence says what to narrow it by."""

    status = 422
    code = "too-costly"


class Busy(RecordError):
    """The database is away or too slow. Nothing was acknowledged; try again."""

    status = 503
    code = "transient"
