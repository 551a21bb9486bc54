"""What the elements of FHIR are called on the page. An element not named here is shown by its FHIR name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from felles.ui.i18n import Language


@lru_cache(maxsize=8)
def elements(t: Language) -> dict[str, str]:
    """Element name → label."""
    return {
        "status": t("Status"), "clinicalStatus": t("Klinisk status"), "verificationStatus": t("Sikkerhet"),
        "code": t("Kode"), "category": t("Kategori"), "type": t("Type"), "class": t("Slags kontakt"),
        "subject": t("Pasient"), "patient": t("Pasient"), "encounter": t("Kontakt"), "context": t("Sammenheng"),
        "effective": t("Gjelder"), "issued": t("Meldt"), "onset": t("Startet"), "abatement": t("Sluttet"),
        "recordedDate": t("Registrert"), "recorder": t("Registrert av"), "asserter": t("Opplyst av"),
        "performer": t("Utført av"), "performed": t("Utført"), "occurrence": t("Tidspunkt"), "author": t("Forfatter"),
        "authoredOn": t("Skrevet"), "date": t("Dato"), "created": t("Laget"), "requester": t("Bestilt av"),
        "value": t("Verdi"), "interpretation": t("Vurdering"), "referenceRange": t("Referanseområde"),
        "component": t("Del"), "note": t("Merknad"), "bodySite": t("Sted på kroppen"), "method": t("Metode"),
        "specimen": t("Prøvemateriale"), "device": t("Utstyr"), "dataAbsentReason": t("Hvorfor verdi mangler"),
        "medication": t("Legemiddel"), "dosageInstruction": t("Dosering"), "dosage": t("Dosering"),
        "intent": t("Hensikt"), "priority": t("Hastegrad"), "reasonCode": t("Årsak"), "reasonReference": t("Årsak"),
        "dispenseRequest": t("Utlevering"), "substitution": t("Bytte"), "statusReason": t("Grunn til status"),
        "criticality": t("Alvorlighet"), "reaction": t("Reaksjon"), "manifestation": t("Hvordan det viste seg"),
        "severity": t("Alvorlighetsgrad"), "substance": t("Stoff"), "period": t("Periode"),
        "participant": t("Deltakere"), "individual": t("Person"), "serviceProvider": t("Virksomhet"),
        "hospitalization": t("Innleggelse"), "location": t("Sted"), "length": t("Varighet"),
        "diagnosis": t("Diagnose"), "vaccineCode": t("Vaksine"), "lotNumber": t("Batchnummer"),
        "expirationDate": t("Utløpsdato"), "site": t("Sted"), "route": t("Måte"), "doseQuantity": t("Dose"),
        "protocolApplied": t("Program"), "primarySource": t("Registrert av den som satte den"),
        "result": t("Resultater"), "conclusion": t("Konklusjon"), "conclusionCode": t("Konklusjon (kode)"),
        "presentedForm": t("Rapport"), "content": t("Innhold"), "attachment": t("Vedlegg"),
        "description": t("Beskrivelse"),
        "title": t("Tittel"), "section": t("Avsnitt"), "custodian": t("Forvaltes av"), "activity": t("Tiltak"),
        "detail": t("Detaljer"), "goal": t("Mål"), "addresses": t("Gjelder problemet"),
        "careTeam": t("Behandlingsteam"),
        "target": t("Målverdi"), "lifecycleStatus": t("Status"), "achievementStatus": t("Måloppnåelse"),
        "name": t("Navn"), "telecom": t("Telefon og e-post"), "gender": t("Kjønn"), "birthDate": t("Fødselsdato"),
        "deceased": t("Død"), "address": t("Adresse"), "maritalStatus": t("Sivilstand"), "contact": t("Kontaktperson"),
        "communication": t("Språk"), "language": t("Språk"), "preferred": t("Foretrukket"),
        "generalPractitioner": t("Fastlege"), "managingOrganization": t("Ansvarlig virksomhet"),
        "identifier": t("Identifikator"), "active": t("I bruk"), "relationship": t("Relasjon"),
        "start": t("Fra"), "end": t("Til"), "basedOn": t("Bygger på"), "partOf": t("Del av"), "text": t("Tekst"),
        "timing": t("Når"), "repeat": t("Hvor ofte"), "asNeeded": t("Ved behov"), "doseAndRate": t("Hvor mye"),
        "low": t("Nedre grense"), "high": t("Øvre grense"), "extension": t("Tillegg"), "tag": t("Merkelapp"),
        "security": t("Skjerming"), "owner": t("Ansvarlig"), "for": t("Gjelder"), "focus": t("Handler om"),
        "role": t("Rolle"), "member": t("Medlem"), "actor": t("Hvem"), "serviceType": t("Tjeneste"),
        "appointmentType": t("Slags time"), "patientInstruction": t("Til pasienten"),
        "cancelationReason": t("Hvorfor avlyst"), "comment": t("Kommentar"),
        "contained": t("Innlagt oppføring"), "item": t("Punkt"), "question": t("Spørsmål"), "answer": t("Svar"),
        "questionnaire": t("Skjema"), "authored": t("Besvart"), "source": t("Kilde"), "recorded": t("Registrert"),
        "outcome": t("Utfall"), "followUp": t("Oppfølging"), "complication": t("Komplikasjon"),
        "series": t("Serie"), "started": t("Startet"), "numberOfSeries": t("Antall serier"),
        "numberOfInstances": t("Antall bilder"), "modality": t("Undersøkelse"), "careManager": t("Koordinator"),
        "dateAsserted": t("Opplyst"), "informationSource": t("Opplyst av"), "reportOrigin": t("Opplyst av"),
        "sender": t("Fra"), "recipient": t("Til"), "sent": t("Sendt"), "payload": t("Innhold"),
        "topic": t("Handler om"), "inResponseTo": t("Svar på"), "reason": t("Årsak"), "input": t("Opplysninger"),
        "output": t("Resultat"), "restriction": t("Gjelder"), "executionPeriod": t("Utført"),
        "lastModified": t("Sist endret"), "businessStatus": t("Hvor langt"), "doseNumber": t("Dose nummer"),
        "seriesDoses": t("Doser i alt"), "targetDisease": t("Mot"), "frequency": t("Antall ganger"),
        "periodUnit": t("Tidsenhet"), "numberOfRepeatsAllowed": t("Kan hentes på nytt"), "quantity": t("Mengde"),
        "expectedSupplyDuration": t("Varer"), "validityPeriod": t("Gyldig"), "instantiatesUri": t("Etter mal"),
        "dueDate": t("Innen"), "due": t("Innen"), "measure": t("Hva som måles"), "measured": t("Målt"),
        "expressedBy": t("Sagt av"), "statusDate": t("Status fra"), "onBehalfOf": t("På vegne av"),
        "participation": t("Deltakelse"), "required": t("Må delta"), "minutesDuration": t("Minutter"),
        "serviceCategory": t("Tjeneste"), "specialty": t("Fagområde"), "supportingInfo": t("Bakgrunn"),
        "supportingInformation": t("Bakgrunn"), "orderDetail": t("Nærmere om bestillingen"),
        "dischargeDisposition": t("Utskrevet til"), "admitSource": t("Innlagt fra"), "origin": t("Kom fra"),
        "destination": t("Reiste til"), "condition": t("Problem"), "use": t("Bruk"), "rank": t("Rekkefølge"),
        "stage": t("Stadium"), "evidence": t("Grunnlag"), "exposureRoute": t("Hvordan det kom inn"),
        "lastOccurrence": t("Sist det skjedde"), "deceasedAge": t("Alder ved død"), "sex": t("Kjønn"),
        "dateTime": t("Tidspunkt"), "policyRule": t("Regel"), "scope": t("Omfang"), "provision": t("Vilkår"),
        "attester": t("Godkjent av"), "event": t("Hendelse"), "relatesTo": t("Hører til"),
        "dose": t("Dose"), "whenHandedOver": t("Utlevert"), "whenPrepared": t("Gjort klart"),
        "courseOfTherapyType": t("Slags behandling"), "scheduled": t("Når"), "contributor": t("Bidrar"),
        "docStatus": t("Status"), "action": t("Hva det gjelder"), "reference": t("Person"),
        "daysSupply": t("Dager det varer"), "administered": t("Gitt"), "asserted": t("Opplyst"),
    }  # fmt: skip


@lru_cache(maxsize=8)
def codes(t: Language) -> dict[str, str]:
    """Codes of FHIR's own required value sets → words; the record's coded texts are never translated."""
    return {
        "active": t("aktiv"), "completed": t("fullført"), "final": t("endelig"), "preliminary": t("foreløpig"),
        "amended": t("endret"), "corrected": t("rettet"), "registered": t("registrert"), "cancelled": t("avlyst"),
        "entered-in-error": t("ført ved en feil"), "unknown": t("ukjent"), "on-hold": t("pauset"),
        "stopped": t("seponert"), "draft": t("kladd"), "finished": t("avsluttet"), "in-progress": t("pågår"),
        "planned": t("planlagt"), "arrived": t("møtt"), "booked": t("avtalt"), "pending": t("venter"),
        "proposed": t("foreslått"), "fulfilled": t("gjennomført"), "noshow": t("ikke møtt"),
        "resolved": t("over"), "inactive": t("ikke aktiv"), "remission": t("i ro"), "recurrence": t("kommet tilbake"),
        "relapse": t("tilbakefall"), "confirmed": t("bekreftet"), "unconfirmed": t("ikke bekreftet"),
        "provisional": t("foreløpig"), "differential": t("mulig"), "refuted": t("avkreftet"),
        "current": t("gjeldende"), "superseded": t("erstattet"), "not-done": t("ikke utført"),
        "requested": t("bestilt"), "accepted": t("tatt imot"), "rejected": t("avvist"), "received": t("mottatt"),
        "order": t("bestilling"), "plan": t("plan"), "proposal": t("forslag"), "routine": t("vanlig"),
        "urgent": t("haster"), "asap": t("så snart som mulig"), "stat": t("straks"), "low": t("lav"),
        "high": t("høy"), "unable-to-assess": t("kan ikke vurderes"), "mild": t("mild"), "moderate": t("moderat"),
        "severe": t("alvorlig"), "female": t("kvinne"), "male": t("mann"), "other": t("annet"),
        "food": t("mat"), "medication": t("legemiddel"), "environment": t("miljø"), "biologic": t("biologisk"),
        "allergy": t("allergi"), "intolerance": t("intoleranse"), "home": t("hjemme"), "work": t("arbeid"),
        "mobile": t("mobil"), "phone": t("telefon"), "email": t("e-post"), "official": t("offisiell"),
        "IMP": t("Innleggelse"), "ACUTE": t("Innleggelse"), "NONAC": t("Innleggelse"), "AMB": t("Poliklinisk kontakt"),
        "EMER": t("Øyeblikkelig hjelp"), "HH": t("Hjemmebesøk"), "VR": t("Kontakt uten oppmøte"),
        "OBSENC": t("Observasjon"), "SS": t("Dagbehandling"), "PRENC": t("Før innleggelse"),
        "FLD": t("Kontakt utenfor institusjon"), "waitlist": t("på venteliste"), "acute": t("Kur"),
        "continuous": t("Fast"), "laboratory": t("prøvesvar"), "vital-signs": t("måling"),
        "social-history": t("livssituasjon"), "survey": t("kartlegging"), "exam": t("undersøkelse"),
        "imaging": t("bilde"), "procedure": t("prosedyre"), "therapy": t("behandling"),
        "encounter-diagnosis": t("diagnose ved kontakten"), "problem-list-item": t("på problemlisten"),
        "safety": t("sikkerhet"), "clinical": t("klinisk"), "permit": t("tillater"), "deny": t("tillater ikke"),
        "patient-privacy": t("personvern"), "treatment": t("behandling"), "free": t("ledig"),
    }  # fmt: skip


@lru_cache(maxsize=8)
def types(t: Language) -> dict[str, str]:
    """Resource type → what its page is headed with."""
    return {
        "Observation": t("Prøvesvar eller måling"), "Condition": t("Problem eller diagnose"),
        "MedicationRequest": t("Legemiddelordinering"), "MedicationStatement": t("Legemiddel i bruk"),
        "MedicationAdministration": t("Gitt legemiddel"), "MedicationDispense": t("Utlevert legemiddel"),
        "AllergyIntolerance": t("Allergi eller overfølsomhet"), "Encounter": t("Helsekontakt"),
        "Procedure": t("Prosedyre"), "Immunization": t("Vaksine"), "DiagnosticReport": t("Svarrapport"),
        "DocumentReference": t("Dokument"), "Composition": t("Journalnotat"), "CarePlan": t("Behandlingsplan"),
        "CareTeam": t("Behandlingsteam"), "Goal": t("Mål"), "Patient": t("Personopplysninger"),
        "Appointment": t("Timeavtale"), "ServiceRequest": t("Henvisning eller rekvisisjon"), "Task": t("Oppgave"),
        "EpisodeOfCare": t("Behandlingsforløp"), "Claim": t("Regningskrav"),
        "ExplanationOfBenefit": t("Oppgjør"), "ImagingStudy": t("Bildeundersøkelse"), "Flag": t("Varsel"),
        "FamilyMemberHistory": t("Sykdom i familien"), "QuestionnaireResponse": t("Utfylt skjema"),
        "RelatedPerson": t("Pårørende"), "Communication": t("Melding"), "Consent": t("Samtykke"),
        "Device": t("Utstyr"), "Media": t("Bilde eller opptak"), "Specimen": t("Prøvemateriale"),
        "RiskAssessment": t("Risikovurdering"), "ClinicalImpression": t("Klinisk vurdering"),
        "NutritionOrder": t("Kostbestilling"), "Coverage": t("Dekning"), "Provenance": t("Opphav"),
    }  # fmt: skip


@lru_cache(maxsize=8)
def plain_types(t: Language) -> dict[str, str]:
    """Resource type → what it is called to the person herself, where the profession's word says little to her."""
    return {
        "Condition": t("Helseproblem"), "MedicationRequest": t("Medisin"), "MedicationStatement": t("Medisin"),
        "MedicationAdministration": t("Medisin som er gitt"), "MedicationDispense": t("Hentet på apotek"),
        "AllergyIntolerance": t("Allergi"), "Encounter": t("Besøk eller kontakt"),
        "Procedure": t("Inngrep eller undersøkelse"), "DiagnosticReport": t("Svar på en undersøkelse"),
        "Composition": t("Notat"), "CarePlan": t("Plan"), "CareTeam": t("De som følger deg opp"),
        "Appointment": t("Time"), "ServiceRequest": t("Henvisning eller bestilling"), "Task": t("Gjøremål"),
        "EpisodeOfCare": t("Oppfølging"),
    }  # fmt: skip


_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CHOICE = re.compile(
    r"^(value|effective|onset|abatement|performed|occurrence|medication|deceased|multipleBirth|asNeeded|dose|rate|"
    r"timing|product|scheduled|serviced|location|allowed|used|item|content|subject|defaultValue|fastestX|detail|"
    r"target|start|due|reported|age|born|time|collected|minimumVolume|additive|topic|entity|identified|diagnosis|"
    r"procedure|event|probability|when|indicator|characteristic|legallyBinding|series|amount|module)(?=[A-Z])"
)


def plain(element: str) -> str:
    """An element's FHIR name as words: `relatesTo` → relates to."""
    return _HUMPS.sub(" ", element).lower()


def choice(element: str) -> str:
    """The name before the type of a choice element: `valueQuantity` → value."""
    found = _CHOICE.match(element)
    return found[1] if found else element
