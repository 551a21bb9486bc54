"""The chart of twenty years that the pages' times are measured on, and what is told of them. Nothing here is timed."""

import json
from collections import Counter
from datetime import date

import msgspec
import pytest

from felles import fhir
from felles.demo import long
from felles.demo.region import Region
from felles.ops.bench.page_report import PageReport, Step, percentile

DAY = date(2026, 11, 26)


@pytest.mark.slow
def test_the_long_chart_is_as_long_as_it_says_valid_and_the_same_each_time():
    life = long.life(Region(1, DAY, 20))
    counts = Counter(made["resourceType"] for _, made in life.entries)
    assert counts["Observation"] >= long.OBSERVATIONS
    assert counts["Composition"] + counts["DocumentReference"] >= long.DOCUMENTS
    days = [made["effectiveDateTime"][:10] for _, made in life.entries if made["resourceType"] == "Observation"]
    assert (date.fromisoformat(max(days)) - date.fromisoformat(min(days))).days > (long.YEARS - 1) * 365
    assert max(days) <= DAY.isoformat()
    for _, made in life.entries[::40]:
        fhir.decode(msgspec.json.encode(made))
    assert "identifier" not in life.entries[0][1]
    assert long.life(Region(1, DAY, 400)).entries == life.entries


def test_a_step_is_kept_by_its_p95_and_not_without_runs(tmp_path):
    kept = Step("a page", 200, [100.0] * 96 + [500.0] * 4, [20.0])
    late = Step("a key", 80, [70.0] * 94 + [81.0] * 6)
    assert kept.kept()
    assert not late.kept()
    assert not Step("never done", 80).kept()
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    report = PageReport({"people": 360}, [kept, late])
    assert not report.kept()
    assert "| a page | 100 | 100 ms | 100 ms | 500 ms | 20 ms | 20 ms | 200 ms | yes |" in report.table()
    assert "| a key | 100 | 70 ms | 81 ms | 81 ms |  |  | 80 ms | **NO** |" in report.table()
    written = report.write(tmp_path)
    assert "- people: 360" in written.read_text()
    assert json.loads(written.with_suffix(".json").read_text())["steps"]["a key"]["whole"][-1] == 81.0
