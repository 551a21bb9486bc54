"""One bad request of the table, and how the common ones are put together."""

from dataclasses import dataclass, field

OBSERVATION = (
    '{"resourceType":"Observation","status":"final","code":{"text":"puls"},'
    '"subject":{"reference":"Patient/{patient}"}%s}'
)
PATIENT = '{"resourceType":"Patient"%s}'


@dataclass(frozen=True)
class Bad:
    """One bad request: what is wrong with it, and the status, issue code and expression it must get."""

    what: str
    request: str
    status: int
    code: str
    expression: str | None = None
    body: str | bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    signed_in: bool = True
    more: tuple[tuple[str, str | None], ...] = ()
    """Further issues (code, expression) of the same answer."""


def bad_patient(what: str, rest: str, code: str, expression: str | None, *more: tuple[str, str | None]) -> Bad:
    """A Patient with `rest` in it (JSON, after a comma)."""
    return Bad(what, "POST Patient", 400, code, expression, PATIENT % rest, more=more)


def bad_observation(what: str, rest: str, code: str, expression: str | None, *more: tuple[str, str | None]) -> Bad:
    """An Observation with `rest` in it (JSON, after a comma)."""
    return Bad(what, "POST Observation", 400, code, expression, OBSERVATION.replace("%s", rest), more=more)


def bad_json(what: str, body: str | bytes, code: str = "structure", expression: str | None = None) -> Bad:
    """A body that is posted as a Patient."""
    return Bad(what, "POST Patient", 400, code, expression, body)


def bad_transaction(what: str, status: int, code: str, expression: str | None, *entries: str) -> Bad:
    """A transaction of entries (`entry`)."""
    return Bad(what, "POST ", status, code, expression, bundle("transaction", *entries))


def bundle(kind: str, *entries: str) -> str:
    """A Bundle of entries as JSON."""
    return f'{{"resourceType":"Bundle","type":"{kind}","entry":[{",".join(entries)}]}}'


def entry(method: str, url: str, resource: str = "", **more: str) -> str:
    """An entry of a Bundle as JSON; `more`: further words of its request, and `fullUrl`."""
    extra = "".join(f',"{name}":"{value}"' for name, value in more.items() if name != "fullUrl")
    full = f'"fullUrl":"{more["fullUrl"]}",' if "fullUrl" in more else ""
    held = f'"resource":{resource},' if resource else ""
    return f'{{{full}{held}"request":{{"method":"{method}","url":"{url}"{extra}}}}}'


EMPTY = PATIENT % ""
