"""What signs for a site is kept in memory, but never beyond the change of its key."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloud.gateway_link.site_keys import SiteKeys
from cloud.sites import service as sites
from cloud.sites import signing_keys
from cloud.sites.models import Site
from sync_protocol.signing import SiteSigner
from tests.club import SECRET, Club, sqlite_club


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    """In a file: one transaction reads while another one writes."""
    with sqlite_club(tmp_path / "club.db") as club:
        yield club


def rotate(club: Club) -> str:
    with club.database.transaction() as session:
        return signing_keys.rotate(session, club.actor, club.site_id, SECRET, timedelta(0)).key_id


def test_after_a_rotation_the_new_key_signs(club: Club) -> None:
    keys = SiteKeys(club.database, SECRET)
    old = keys.signer(club.site_id)
    keys.refresh()
    assert keys.known_signer(club.site_id) is old
    new = rotate(club)
    keys.refresh()
    assert keys.known_signer(club.site_id) is None
    assert keys.signer(club.site_id).key_id == new


def test_a_key_that_was_read_while_it_was_changed_does_not_stay(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, read = SiteKeys(club.database, SECRET), sites.site_signer

    def read_slowly(site: Site, secret: bytes) -> SiteSigner:
        signer = read(site, secret)
        monkeypatch.setattr(sites, "site_signer", read)
        rotate(club)
        keys.refresh()
        return signer

    monkeypatch.setattr(sites, "site_signer", read_slowly)
    old = keys.signer(club.site_id)
    assert keys.known_signer(club.site_id) is old
    keys.refresh()
    assert keys.known_signer(club.site_id) is None
