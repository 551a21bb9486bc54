"""What must not be read of tests that were ordered: whether they came back, and whether anybody acted."""

from collections import Counter
from datetime import timedelta

import pytest
from charts import day_of, of, text_of

pytestmark = pytest.mark.slow


def orders(life):
    return [m for m in of(life, "ServiceRequest") if m["category"][0]["text"] == "Laboratorieprøve"]


def test_what_was_answered_has_a_report_with_its_values_and_what_was_not_is_young(made):
    states = Counter()
    for life in made.lives:
        reports = {m["basedOn"][0]["reference"]: m for m in of(life, "DiagnosticReport")}
        values = {f"Observation/{m['id']}": m for m in of(life, "Observation")}
        assert len(reports) == len(of(life, "DiagnosticReport"))
        for order in orders(life):
            mine = f"ServiceRequest/{order['id']}"
            report = reports.get(mine)
            assert (report is not None) is (order["status"] == "completed"), (life.person.key, order)
            if report is None:
                young = life.today - day_of(order["authoredOn"]) < timedelta(days=8)
                assert young or "TSH" in order["code"]["text"], (life.person.key, order)
                states["waits" if young else "missing"] += 1
                continue
            assert report["result"]
            for each in report["result"]:
                value = values[each["reference"]]
                assert value["basedOn"] == [{"reference": mine}]
                assert value["effectiveDateTime"] == report["effectiveDateTime"] <= report["issued"]
            states["came"] += 1
    assert states["waits"] > 5
    assert states["missing"] == 1
    assert states["came"] > 20


def test_whoever_ordered_looks_at_the_answer_or_has_it_before_her(made):
    states = Counter()
    for life in made.lives:
        reports = {f"DiagnosticReport/{m['id']}": m for m in of(life, "DiagnosticReport")}
        tasks = {m["focus"]["reference"]: m for m in of(life, "Task") if m.get("focus", {}).get("reference") in reports}
        assert set(tasks) == set(reports), life.person.key
        for reference, task in tasks.items():
            issued = day_of(reports[reference]["issued"])
            states[task["status"]] += 1
            if task["status"] == "completed":
                assert day_of(task["lastModified"]) > issued
                assert task["description"] != task["code"]["text"]
            else:
                assert life.today - issued < timedelta(days=21), (life.person.key, task)
    assert min(states["completed"], states["requested"]) > 3, states


def test_nobody_writes_what_a_sample_shows_before_it_was_analysed(made):
    for life in made.lives:
        for note in of(life, "Composition"):
            if note["title"] in ("Prøver tatt", "Prøver tekne"):
                assert "Svar om" in text_of(note)
