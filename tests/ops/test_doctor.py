"""`felles doctor` says what is well and, where something is not, what to do."""

from __future__ import annotations

from typer.testing import CliRunner

from felles.cli import app
from felles.ops.doctor import database_findings, disk_finding, settings_findings
from felles.ops.health import parts
from felles.record.health import facts
from felles.record.maintenance import connect


def test_a_misspelt_setting_is_named():
    (finding,) = settings_findings({"FELLES_PROT": "8000", "FELLES_PORT": "8000"})
    assert not finding.ok
    assert "FELLES_PROT" in finding.said


def test_known_settings_are_well():
    (finding,) = settings_findings({"FELLES_PORT": "8000", "HOME": "/root"})
    assert finding.ok


def test_the_disk_is_looked_at_where_the_folder_will_be(tmp_path):
    assert "GiB" in disk_finding("home", tmp_path / "not" / "yet").said


async def test_a_migrated_database_is_well(record_database):
    conn = await connect(record_database.url)
    try:
        found = database_findings(parts(await facts(conn)))
    finally:
        await conn.close()
    assert all(each.ok for each in found if each.name in {"database", "schema"})


def test_a_database_that_is_away_is_not_well(monkeypatch, tmp_path):
    monkeypatch.setenv("FELLES_HOME", str(tmp_path))
    monkeypatch.setenv("FELLES_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/felles")
    monkeypatch.setenv("FELLES_DATABASE_OWNER_URL", "postgresql://nobody@127.0.0.1:1/felles")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "not well database" in result.output
