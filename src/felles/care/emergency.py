"""The numbers for what cannot wait, the same for everybody and always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from felles.ui.i18n import Language


def numbers(t: Language, why: str = "") -> list[tuple[str, str, str]]:
    """(whom, when, telephone): the out-of-hours clinic, then the ambulance. `why`: other words for the first's when."""
    return [
        (t("Legevakt"), why or t("Når det haster og legekontoret er stengt"), "116 117"),
        (t("Medisinsk nødtelefon"), t("Når det står om livet"), "113"),
    ]
