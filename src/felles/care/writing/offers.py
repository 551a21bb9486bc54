"""What can be written about one entry: the forms that change it, for whose role may and whose entry it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.writing.actions import may_write
from felles.care.writing.form import Known, Row
from felles.care.writing.forms import FORMS
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from felles.ui.web import Visit


def offers(found: Visit, base: str, resource: dict[str, Any], author: str, now: int) -> list[dict[str, str]]:
    """The ways to the forms that change `resource`, by `name`; `base`: the record's address, `author`: who answers."""
    actor, about = found.signed_in, f"{resource['resourceType']}/{resource['id']}"
    who = {"reference": actor.reference, "display": actor.name}
    known = Known("", now, who, {"reference": actor.organization}, mark_of(actor.organization))
    known.one = Row(resource, 0, author, 0)
    return [
        {
            "href": f"{base}/skriv/{form.name}?om={about}",
            "text": (form.open_as or form.title)(found.t),
            "icon": form.icon,
            "name": form.name,
        }
        for form in FORMS.values()
        if resource["resourceType"] in form.about and may_write(actor, form) and form.fits(known)
    ]
