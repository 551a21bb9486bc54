"""Everything that goes wrong, as an OperationOutcome: the one place where errors get their HTTP form.

A `Refusal` is this room's own error; those of the record, of the language and of the doors are turned
into one here. What nobody foresaw becomes a 500 that carries the request's id and nothing of the inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from felles.access.errors import NotSignedIn
from felles.exchange.rest.reply import Reply
from felles.fhir import Invalid
from felles.record.errors import Busy, RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_ISSUES = 200
"""More issues than this in one answer help nobody; the last one says how many were left out."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: FHIR's issue code, a sentence for a person, and the element's FHIRPath where there is one."""

    code: str
    diagnostics: str
    expression: str | None = None
    severity: str = "error"


class Refusal(Exception):
    """A request that is answered with `status` and `issues`. `headers` go out with it."""

    def __init__(self, status: int, issues: Sequence[Issue], headers: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(issues[0].diagnostics)
        self.status = status
        self.issues = list(issues)
        self.headers = list(headers)


def refuse(
    status: int, code: str, diagnostics: str, expression: str | None = None, headers: Iterable[tuple[str, str]] = ()
) -> Refusal:
    """A Refusal with one issue, to be raised."""
    return Refusal(status, [Issue(code, diagnostics, expression)], headers)


def _plain(issue: Issue) -> dict[str, Any]:
    plain: dict[str, Any] = {"severity": issue.severity, "code": issue.code, "diagnostics": issue.diagnostics}
    if issue.expression:
        plain["expression"] = [issue.expression]
    return plain


def outcome(issues: Sequence[Issue]) -> bytes:
    """The OperationOutcome of `issues`, as JSON; at most `MOST_ISSUES` of them and one that counts the rest."""
    shown = list(issues[:MOST_ISSUES])
    if len(issues) > len(shown):
        shown.append(
            Issue("informational", f"{len(issues) - len(shown)} more issues are not shown", None, "information")
        )
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [_plain(i) for i in shown]})


def done(sentence: str) -> bytes:
    """The OperationOutcome of something that went well, for `Prefer: return=OperationOutcome`."""
    return outcome([Issue("informational", sentence, None, "information")])


def refusal_of(error: Exception) -> Refusal | None:
    """The Refusal that `error` means, or None when nobody foresaw it."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, Invalid):
        # FHIR: 400 for what fails the base specification, 422 for what breaks a rule of ours.
        return Refusal(400, [Issue(i.code, i.diagnostics, i.expression) for i in error.issues])
    if isinstance(error, RecursionError):
        return refuse(400, "structure", "the body is nested too deep")
    if isinstance(error, RecordError) and error.status != 500:
        return refuse(error.status, error.code, error.diagnostics, error.expression, _headers(error))
    return None


def _headers(error: RecordError) -> list[tuple[str, str]]:
    """What goes out beside an error: when to try again, or how to sign in (RFC 6750, 3)."""
    if isinstance(error, Busy):
        return [("retry-after", "1")]
    if isinstance(error, NotSignedIn):
        return [("www-authenticate", 'Bearer realm="felles", error="invalid_token"')]
    return []


def unforeseen(request_id: str) -> Refusal:
    """The answer to an error nobody foresaw: it names the request, so that the log can be looked up."""
    return refuse(500, "exception", f"something went wrong here; the log has it under request {request_id}")


def reply_of(refusal: Refusal) -> Reply:
    """The Reply that a Refusal becomes."""
    return Reply(refusal.status, outcome(refusal.issues), headers=list(refusal.headers))
