"""Bad inputs, and what each must get. docs/bad-input.md is made from this table by scripts/bad_input_docs.py.

`{patient}` in a target or body is the id of a Patient that is there, `{observation}` of an Observation.
"""

from bad_input.asked import PLACES, SEARCHES, TRANSPORT
from bad_input.bodies import ELEMENTS, JSON
from bad_input.writes import BUNDLES, WRITES

GROUPS = (
    ("The request itself", TRANSPORT),
    ("Where it goes", PLACES),
    ("The body as JSON", JSON),
    ("The body as FHIR", ELEMENTS),
    ("Writing", WRITES),
    ("Searching, history, $everything", SEARCHES),
    ("Bundles", BUNDLES),
)
