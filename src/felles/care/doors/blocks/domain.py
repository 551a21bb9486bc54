"""The registration of the pages of `blocks`."""

from felles.ui.domain import Domain

DOMAIN = Domain("blocks", "felles.care.doors.blocks", ())
