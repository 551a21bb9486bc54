"""The region as NDJSON: every line a resource, references resolved, the same as what is written into a database."""

from collections import Counter
from datetime import date

import msgspec
from typer.testing import CliRunner

from felles import fhir
from felles.cli import app
from felles.demo import ndjson
from felles.demo.region import Region, lives

TODAY = date(2026, 11, 25)


def test_every_line_is_a_resource_and_nothing_is_missing(tmp_path):
    told = []
    counts = ndjson.write(Region(3, TODAY, 25), tmp_path / "out", lambda done, of: told.append((done, of)))
    assert told[-1] == (25, 25)
    found, references, here = Counter(), set(), set()
    for file in (tmp_path / "out").iterdir():
        for line in file.read_bytes().splitlines():
            resource = fhir.decode(line)
            found[type(resource).__name__] += 1
            assert file.name == f"{type(resource).__name__}.ndjson"
            here.add(f"{type(resource).__name__}/{resource.id}")
            references |= {reference.reference for reference in fhir.references(resource)}
    assert found == counts
    assert references <= here
    own = Counter(r["resourceType"] for life in lives(3, TODAY, 25) for _, r in life.entries)
    assert all(counts[name] == number for name, number in own.items())


def test_the_command_needs_no_database(tmp_path, monkeypatch):
    monkeypatch.setenv("FELLES_HOME", str(tmp_path / "home"))
    answer = CliRunner().invoke(app, ["demo", "--people", "16", "--ndjson", str(tmp_path / "out")])
    assert answer.exit_code == 0, answer.output
    assert "16 citizens" in answer.output
    assert not (tmp_path / "home").exists()
    patients = (tmp_path / "out" / "Patient.ndjson").read_bytes().splitlines()
    assert len({msgspec.json.decode(line)["id"] for line in patients}) == 16
