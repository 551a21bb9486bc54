"""The signing key: made once, private, its public half listed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from felles.record.log import keys


def test_a_key_is_made_once_kept_private_and_listed(tmp_path):
    home = tmp_path / "home"
    first, second = keys.load(home), keys.load(home)
    assert first.id == second.id
    assert (home / keys.PRIVATE).stat().st_mode & 0o777 == 0o600
    public = keys.known(home / keys.PUBLIC)
    assert list(public) == [first.id]
    assert keys.signed(public[first.id], first.sign(b"x"), b"x")
    assert not keys.signed(public[first.id], first.sign(b"x"), b"y")


def test_many_that_begin_at_once_get_the_same_key(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        assert len({key.id for key in threads.map(keys.load, [tmp_path] * 16)}) == 1


def test_a_new_key_is_listed_beside_the_old_one(tmp_path):
    old = keys.load(tmp_path)
    (tmp_path / keys.PRIVATE).unlink()
    new = keys.load(tmp_path)
    assert list(keys.known(tmp_path / keys.PUBLIC)) == [old.id, new.id]


def test_a_key_that_others_can_read_is_refused(tmp_path):
    keys.load(tmp_path)
    (tmp_path / keys.PRIVATE).chmod(0o640)
    with pytest.raises(keys.LogKeyError, match="can be read by others"):
        keys.load(tmp_path)


def test_files_that_hold_no_key_are_refused(tmp_path):
    key = keys.load(tmp_path)
    (tmp_path / keys.PUBLIC).write_text(f"{'0' * 32} {key.public.hex()}\n")
    with pytest.raises(keys.LogKeyError, match="another id"):
        keys.known(tmp_path / keys.PUBLIC)
    (tmp_path / keys.PUBLIC).write_text("nonsense\n")
    with pytest.raises(keys.LogKeyError, match="no public key"):
        keys.known(tmp_path / keys.PUBLIC)
    (tmp_path / keys.PRIVATE).write_text("nonsense")
    with pytest.raises(keys.LogKeyError, match="holds no signing key"):
        keys.load(tmp_path)


def test_no_list_is_no_key(tmp_path):
    assert keys.known(tmp_path / keys.PUBLIC) == {}
