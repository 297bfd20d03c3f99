"""Readers' keys on a real disk: sealed, or as digits."""

import stat
from pathlib import Path

import pytest

from gateway.identity import identity_folder
from gateway.reader_keys import (
    SEALING_KEY_FILE,
    ReaderKeyError,
    ReaderKeyMissingError,
    read_reader_key,
    write_reader_key,
)

KEY = bytes(range(16, 32))


def test_a_key_is_sealed_on_disk_and_readable_by_its_gateway_alone(tmp_path: Path) -> None:
    path, state_dir = tmp_path / "entry.key", tmp_path / "state"
    write_reader_key(path, KEY, state_dir)
    assert read_reader_key(path, state_dir) == KEY
    assert KEY.hex() not in path.read_text()
    sealing_key = identity_folder(state_dir) / SEALING_KEY_FILE
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, sealing_key)] == [0o600, 0o600]
    assert {each.name for each in tmp_path.iterdir()} == {"state", "entry.key"}
    with pytest.raises(ReaderKeyError, match="was sealed by another gateway: pair the reader again"):
        read_reader_key(path, tmp_path / "another")


def test_each_sealing_is_another_one_with_the_same_sealing_key(tmp_path: Path) -> None:
    for name in ("one.key", "two.key"):
        write_reader_key(tmp_path / name, KEY, tmp_path)
    assert (tmp_path / "one.key").read_text() != (tmp_path / "two.key").read_text()
    assert read_reader_key(tmp_path / "one.key", tmp_path) == read_reader_key(tmp_path / "two.key", tmp_path) == KEY


def test_a_sealed_key_that_was_changed_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "entry.key"
    write_reader_key(path, KEY, tmp_path)
    text = path.read_text().rstrip()
    last = "0" if text[-1] != "0" else "1"
    for damaged in (text[:-1] + last, text[:-1], "sealed1:", "sealed1:zz"):
        path.write_text(damaged)
        with pytest.raises(ReaderKeyError, match="is damaged"):
            read_reader_key(path, tmp_path)


def test_digits_are_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "entry.key"
    path.write_text(f"{KEY.hex()}\n")
    path.chmod(0o600)
    assert read_reader_key(path, tmp_path) == KEY


def test_a_file_that_is_not_there_is_a_reader_that_was_not_paired(tmp_path: Path) -> None:
    with pytest.raises(ReaderKeyMissingError, match="No such file"):
        read_reader_key(tmp_path / "entry.key", tmp_path)


def test_a_damaged_sealing_key_seals_nothing(tmp_path: Path) -> None:
    write_reader_key(tmp_path / "entry.key", KEY, tmp_path)
    (identity_folder(tmp_path) / SEALING_KEY_FILE).write_bytes(b"short")
    with pytest.raises(ReaderKeyError, match="is damaged: move it away"):
        write_reader_key(tmp_path / "exit.key", KEY, tmp_path)
    with pytest.raises(ReaderKeyError, match="is damaged, or was sealed"):
        read_reader_key(tmp_path / "entry.key", tmp_path)
