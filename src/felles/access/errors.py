"""The errors of the doors, one tree under the record's:

RecordError
├── NotSignedIn          401  no session, or one that has ended; no token, or one that does not hold
│   └── TooYoung         403  a child, where children have no sign-in of their own
└── Refused              422  a token or client was asked for without what it needs
"""

from __future__ import annotations

from felles.record.errors import RecordError


class NotSignedIn(RecordError):
    """Nobody is signed in: the session or token is missing, over, or not one of ours."""

    status = 401
    code = "login"


class TooYoung(NotSignedIn):
    """The account is a child's, who has no sign-in of her own here."""

    status = 403
    code = "forbidden"


class Refused(RecordError):
    """A token, client or organisation cannot be made as asked."""

    status = 422
    code = "business-rule"
