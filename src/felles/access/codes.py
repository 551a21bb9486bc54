"""Codes that access itself owns: roles, kinds of episodes and the units that a role staffs."""

from __future__ import annotations

ROLE_SYSTEM = "http://felles.example/fhir/CodeSystem/role"
"""`PractitionerRole.code`: the role in which somebody works (felles.access.roles.ROLES)."""

EPISODE_SYSTEM = "http://felles.example/fhir/CodeSystem/episode"
"""`EpisodeOfCare.type`: what sort of follow-up it is (`EPISODES`)."""

UNIT = "http://felles.example/fhir/StructureDefinition/unit"
"""Extension on PractitionerRole, repeating: a unit (Organization) of `organization` that this role staffs."""

HOME_VISIT = ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "HH")
"""`Appointment.serviceCategory` and `Encounter.class` (system, code) where staff come home to the person."""

GP_LIST = "gp-list"
MUNICIPAL_SERVICE = "municipal-service"
PREGNANCY = "pregnancy"
IMPORTED = "imported"

EPISODES = frozenset({GP_LIST, MUNICIPAL_SERVICE, PREGNANCY, IMPORTED})

DIAGNOSTIC = frozenset({"108252007", "363679005"})
"""`ServiceRequest.category` in SNOMED CT: laboratory procedure, imaging. An order, where others are referrals."""

KIND_SYSTEM = "http://felles.example/fhir/CodeSystem/kind"
"""`Consent.provision.class`: kinds of entries, named as `record.kinds.Kind` in lower case with hyphens."""

REASON = "http://felles.example/fhir/StructureDefinition/reason"
"""Extension on Consent (string): why something is held back or released, or on what decision a guardian acts."""

ENDED = "http://felles.example/fhir/StructureDefinition/ended"
"""Extension on Consent (string): why a guardian's mandate was ended, in words."""

REVIEW = "http://felles.example/fhir/StructureDefinition/review"
"""Extension on Consent (date): when what is held back must be looked at anew."""

RELATED_PATIENT = "http://felles.example/fhir/StructureDefinition/related-patient"
"""Extension on RelatedPerson (Reference): the Patient that the related person is here."""

STAND_IN = "http://felles.example/fhir/StructureDefinition/stand-in"
"""Extension on PractitionerRole.notAvailable (Reference): who has what is hers, and gets what is hers, meanwhile."""

STANDS_IN_FOR = "http://felles.example/fhir/StructureDefinition/stands-in-for"
"""Extension on Task.owner and Task.requester (Reference): who is away, and has it again when she is back."""

OFFERED = "http://felles.example/fhir/StructureDefinition/offered"
"""Extension on Task (Reference): to whom it is offered, who does not have it before she says yes."""

RELEASE = "http://felles.example/fhir/StructureDefinition/release"
"""Extension on Observation and DiagnosticReport (code: at-once, seen, talk, never): when the person sees it."""

OPENING_REASON = "http://felles.example/fhir/CodeSystem/opening-reason"
"""`Task.reasonCode`: why a reader went in without a care relation, or past a block."""

ENTRIES_OF = "http://felles.example/fhir/StructureDefinition/entries-of"
"""Extension on Consent.provision, repeating: the block covers the entries of this organisation alone."""
