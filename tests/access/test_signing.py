"""Tokens: what they say, who takes them, and their key."""

import base64
import json
import stat
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from felles.access.actor import Sort
from felles.access.doorkeeper import system_actor
from felles.access.errors import NotSignedIn, Refused
from felles.access.scopes import verbs_of
from felles.access.signing import Claims, Signer

NOW = 1_770_000_000
REAL = NOW * 1_000_000


@pytest.fixture
def signer(tmp_path):
    return Signer.of(tmp_path)


def claims(**more):
    said: dict[str, Any] = {"sub": "Device/x", "iat": NOW, "exp": NOW + 60, "jti": "1", "scope": "system/*.read"}
    return Claims(**said | more)


def test_a_token_says_what_was_signed(signer):
    assert signer.read(signer.sign(claims()), REAL) == claims()


def test_the_key_is_kept_and_readable_by_its_owner_alone(tmp_path, signer):
    path = tmp_path / "keys" / "token.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Signer.of(tmp_path).read(signer.sign(claims()), REAL).sub == "Device/x"
    path.chmod(0o644)
    with pytest.raises(PermissionError):
        Signer.of(tmp_path)


def test_the_public_key_tells_no_secret(signer):
    assert "d" not in signer.public()
    assert signer.public()["alg"] == "ES256"


def test_an_expired_token_is_refused(signer):
    token = signer.sign(claims())
    with pytest.raises(NotSignedIn):
        signer.read(token, REAL + 60 * 1_000_000)


def test_a_token_of_another_key_is_refused(signer, tmp_path):
    other = Signer.of(tmp_path / "other")
    with pytest.raises(NotSignedIn):
        signer.read(other.sign(claims()), REAL)


@pytest.mark.parametrize("more", [{"iss": "https://else.example"}, {"aud": "else"}])
def test_a_token_for_somebody_else_is_refused(signer, more):
    with pytest.raises(NotSignedIn):
        signer.read(signer.sign(claims(**more)), REAL)


def test_a_token_without_a_signature_is_refused(signer):
    head, body, _ = signer.sign(claims()).split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()).rstrip(b"=").decode()
    for token in (f"{none}.{body}.", f"{head}.{body}.", f"{head}.{body}"):
        with pytest.raises(NotSignedIn):
            signer.read(token, REAL)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(signer):
    secret = OctKey.import_key(json.dumps(signer.public()))
    body = {"iss": "felles", "aud": "felles/fhir", "sub": "x", "iat": NOW, "exp": NOW + 60, "jti": "1", "scope": "s"}
    forged = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, body, secret, algorithms=["HS256"])
    with pytest.raises(NotSignedIn):
        signer.read(forged, REAL)


def test_a_jwt_of_another_kind_is_refused(tmp_path, signer):
    key = ECKey.import_key(json.loads((tmp_path / "keys" / "token.json").read_text()))
    body = {"iss": "felles", "aud": "felles/fhir", "sub": "x", "iat": NOW, "exp": NOW + 60, "jti": "1", "scope": "s"}
    token = jwt.encode({"alg": "ES256", "typ": "JWT"}, body, key, algorithms=["ES256"])
    with pytest.raises(NotSignedIn):
        signer.read(token, REAL)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "x" * 10_000, "..", "null"])
def test_what_is_no_token_is_refused(signer, token):
    with pytest.raises(NotSignedIn) as caught:
        signer.read(token, REAL)
    assert token == "" or len(token) < 5 or token not in str(caught.value)


@pytest.mark.parametrize(
    ("scope", "can", "cannot"),
    [
        ("system/*.read", "read", "write"),
        ("system/*.rs", "find", "create_person"),
        ("system/*.cud", "write", "read"),
        ("system/*.read system/*.write", "write", "maintain"),
        ("user/*.cruds", "maintain", None),
        ("system/*.*", "register", None),
    ],
)
def test_a_scope_allows_what_it_says(scope, can, cannot):
    assert can in verbs_of(scope)
    assert cannot not in verbs_of(scope)


@pytest.mark.parametrize("scope", ["", "system/Observation.read", "system/*.c", "*/*.*", "system/*", "openid"])
def test_a_scope_that_cannot_be_kept_is_refused(scope):
    with pytest.raises(Refused):
        verbs_of(scope)


def test_everything_is_seen_under_maintenance_alone():
    everything = {"scope": "system/*.*", "purpose": "maintenance"}
    assert system_actor(claims(**everything)).sort is Sort.MAINTENANCE
    assert system_actor(claims(scope="system/*.*", purpose="TREAT", org="Organization/o")).sort is Sort.SYSTEM
    assert system_actor(claims(scope="system/*.read", purpose="maintenance")).sort is Sort.SYSTEM


def test_a_narrow_token_of_the_demo_sees_everything_and_writes_nothing():
    actor = system_actor(claims(purpose="maintenance", demo=True))
    assert actor.sort is Sort.MAINTENANCE
    assert actor.may("read")
    assert not actor.may("write")
