"""The tour: each of its six steps does what the page of the tour says, and the page is one sheet when printed."""

import re

import pytest
from touring import walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_tour_is_six_steps_that_hold_and_one_sheet_of_paper(window, faults, settled):
    page = window()
    page.goto("/omvisning")
    assert page.locator("main ol > li.card").count() == 6
    assert faults(page) == []
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    seen = set()
    for name, shown in walk(window, settled):
        assert faults(shown) == [], name
        assert shown.troubles == [], name
        seen.add(name[0])
    assert seen == set("123456")
