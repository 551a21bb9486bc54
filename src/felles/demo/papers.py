"""Notes and letters as the region's staff would have written them."""

from __future__ import annotations

import base64
from html import escape

from felles.demo.build import Moment, at, by, concept
from felles.demo.world import Organisation, Person, Resource, Staff, moment
from felles.fhir.norway.systems import LOINC


def note(
    person: Person, title: str, text: str, when: Moment, author: Staff, custodian: Organisation, encounter: str | None
) -> Resource:
    """A note in the record; each line of `text` is a paragraph."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
    made: Resource = {
        "resourceType": "Composition",
        "status": "final",
        "type": concept("Journalnotat", (LOINC, "11506-3")),
        "subject": {"reference": person.reference},
        "date": moment(*when),
        "author": [by(author)],
        "title": title,
        "custodian": at(custodian),
        "section": [
            {
                "title": title,
                "text": {
                    "status": "generated",
                    "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>',
                },
            }
        ],
    }
    if encounter is not None:
        made["encounter"] = {"reference": encounter}
    return made


def letter(
    person: Person, title: str, text: str, when: Moment, author: Staff, custodian: Organisation, encounter: str | None
) -> Resource:
    """A letter, such as the one at discharge (epikrise), as plain text."""
    made: Resource = {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": concept(title, (LOINC, "18842-5")),
        "category": [concept("Epikrise")],
        "subject": {"reference": person.reference},
        "date": moment(*when),
        "author": [by(author)],
        "custodian": at(custodian),
        "description": title,
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "language": "nn" if author.nynorsk else "nb",
                    "data": base64.b64encode(text.encode()).decode(),
                    "title": title,
                }
            }
        ],
    }
    if encounter is not None:
        made["context"] = {"encounter": [{"reference": encounter}]}
    return made
