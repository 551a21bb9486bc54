"""What can be said against a resource, in FHIR's own terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec


class Issue(msgspec.Struct, frozen=True):
    """One thing that is wrong.

    `severity` and `code` are FHIR's (issue-severity, issue-type), `expression` the FHIRPath of the element,
    `diagnostics` one sentence that names the rule.
    """

    severity: str
    code: str
    expression: str
    diagnostics: str


class Invalid(ValueError):
    """A body that is no valid resource; `issues` holds everything that is wrong with it."""

    def __init__(self, issues: list[Issue]) -> None:
        super().__init__("; ".join(f"{i.expression}: {i.diagnostics}" for i in issues[:3]))
        self.issues = issues


def outcome(issues: Iterable[Issue]) -> bytes:
    """An OperationOutcome of these issues, as canonical JSON."""
    listed: list[dict[str, Any]] = []
    for issue in issues:
        one: dict[str, Any] = {"severity": issue.severity, "code": issue.code, "diagnostics": issue.diagnostics}
        if issue.expression:
            one["expression"] = [issue.expression]
        listed.append(one)
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": listed})
