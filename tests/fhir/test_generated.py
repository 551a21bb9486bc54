"""What is committed is what the generator writes from the shipped definitions."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from felles.fhir import model, r4

PACKAGE = Path(model.__file__).parent


@pytest.mark.parametrize("name", ["r4.py", "links_r4.py"])
def test_the_modules_are_what_the_generator_writes(name: str):
    assert model.generate(model.load())[name] == (PACKAGE / name).read_text()


def test_a_changed_definition_changes_the_code():
    altered = msgspec.json.decode(msgspec.json.encode(model.load()))
    next(e for e in altered["types"]["Patient"]["elements"] if e["name"] == "gender")["name"] = "sex"
    assert model.generate(altered)["r4.py"] != (PACKAGE / "r4.py").read_text()


def test_all_resources_of_r4_are_there():
    assert len(r4.RESOURCES) == 146
    assert {"Patient", "Observation", "Bundle", "Parameters", "Binary"} <= r4.RESOURCES.keys()
    # SubscriptionStatus is of R4B, though the package the definitions come from has it.
    assert not {"SubscriptionStatus", "Resource", "DomainResource", "HumanName"} & r4.RESOURCES.keys()


def test_names_follow_the_convention():
    fields = r4.RESOURCES["Encounter"].__struct_fields__
    assert "class_" in fields
    assert "birthDate_ext" in r4.RESOURCES["Patient"].__struct_fields__
    assert r4.RESOURCES["Patient"]().birthDate is UNSET


def test_targets_are_hl7s_own():
    observer = next(e for e in model.load()["types"]["AuditEventSource"]["elements"] if e["name"] == "observer")
    assert observer["targets"] == [
        "Device",
        "Organization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "RelatedPerson",
    ]
    named = {t for d in model.load()["types"].values() for e in d["elements"] for t in e.get("targets", ())}
    assert named <= r4.RESOURCES.keys()
