"""What a release says of itself: written and read the same, and nothing else is taken for it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.software_release import (
    SIZE_MAX,
    TEXT_CHARACTERS_MAX,
    ReleaseTextError,
    SoftwareRelease,
    read_release,
    version_numbers,
    write_release,
)

RELEASE = SoftwareRelease("tornello-gateway", "0.2.0", "arm64", "0f" * 32, 10_000_000)
SIGNATURE = bytes(range(64))
TEXT = write_release(RELEASE.to_manifest(), SIGNATURE)


def altered(**fields: object) -> str:
    manifest = {**json.loads(RELEASE.to_manifest()), **fields}
    return write_release(json.dumps(manifest, separators=(",", ":")).encode(), SIGNATURE)


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n"), f"\n  {TEXT}\n\n"])
def test_a_release_is_read_as_it_was_written_however_it_was_pasted(text: str) -> None:
    signed = read_release(text)
    assert (signed.release, signed.signature, signed.manifest) == (RELEASE, SIGNATURE, RELEASE.to_manifest())


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT.splitlines()[0],
        TEXT + TEXT,
        TEXT + " " * TEXT_CHARACTERS_MAX,
        write_release(RELEASE.to_manifest(), SIGNATURE[:63]),
        f"{RELEASE.to_manifest().decode()}\n{base64.b64encode(SIGNATURE).decode()[:-4]}!!!!\n",
        f"[]\n{base64.b64encode(SIGNATURE).decode()}",
        altered(format="tornello-release-2"),
        altered(more=1),
        altered(version="1.0-rc1"),
        altered(version="../../etc"),
        altered(version=1),
        altered(architecture="ARM"),
        altered(sha256="0F" * 32),
        altered(size=0),
        altered(size=True),
        altered(size=SIZE_MAX + 1),
        altered(package="a b"),
    ],
)
def test_nothing_else_is_taken_for_a_release(text: str) -> None:
    with pytest.raises(ReleaseTextError):
        read_release(text)


@given(st.text(max_size=200))
def test_any_text_is_a_release_or_is_refused(text: str) -> None:
    try:
        read_release(text)
    except ReleaseTextError:
        return


@pytest.mark.parametrize(
    ("older", "newer"), [("0.1.0", "0.2.0"), ("0.9.0", "0.10.0"), ("1.0", "1.0.1"), ("source", "0.1"), ("", "0.0.1")]
)
def test_versions_are_compared_by_their_numbers(older: str, newer: str) -> None:
    assert version_numbers(older) < version_numbers(newer)


def test_zeros_at_the_end_make_no_newer_version() -> None:
    assert version_numbers("1.2") == version_numbers("1.2.0")
