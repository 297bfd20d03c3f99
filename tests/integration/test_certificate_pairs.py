"""Key and certificate on disk: one whole pair at any moment, also after a power cut between any two steps."""

import asyncio
import errno
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.certificate_pairs import CertificateUnusableError, PairsOnDisk
from gateway.certificate_trial import PairTrial
from gateway.key_provider import FileKeys, KeyUnusableError, file_keys
from mqtt_client.errors import BrokerUnreachableError, CertificateRefusedError
from mqtt_client.tls import client_context
from tests.certificates import Authority


class PowerCutError(Exception):
    """Nothing more happens."""


class Folder:
    """An identity folder of an enrolled gateway, and the authority that certifies for it."""

    def __init__(self, path: Path, keys: FileKeys) -> None:
        self.path = path / "identity"
        self.keys = keys
        self.authority = Authority.create(path / "ca")
        keys.create(self.path / "key.pem")
        (self.path / "authority.pem").write_bytes(self.authority.path.read_bytes())
        (self.path / "certificate.pem").write_text(self.certify(self.path / "key.pem"))

    def certify(self, key: Path) -> str:
        certificate = self.authority.sign("gwy_1", self.keys.public_key(key))
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    def open(self) -> PairsOnDisk:
        return PairsOnDisk(self.path, self.keys)

    def renewed(self) -> PairsOnDisk:
        """With a candidate."""
        pairs = self.open()
        pairs.request_next()
        pairs.receive(self.certify(self.path / "next-key.pem"))
        return pairs


@pytest.fixture(params=[None, b"a passphrase of systemd"], ids=["plain", "sealed"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    return Folder(tmp_path, FileKeys(request.param))


def test_the_current_pair_and_then_the_candidate_can_be_shown_to_a_broker(folder: Folder) -> None:
    pairs = folder.renewed()
    client_context(pairs.current_files)
    client_context(pairs.candidate_files)
    assert pairs.current is not None
    assert pairs.candidate is not None
    assert pairs.current.serial != pairs.candidate.serial


def test_a_promoted_candidate_is_the_pair_in_use_and_nothing_is_left_of_the_old_one(folder: Folder) -> None:
    pairs = folder.renewed()
    candidate = pairs.candidate
    asyncio.run(pairs.promote())
    assert (pairs.current, pairs.candidate) == (candidate, None)
    again = folder.open()
    assert (again.current, again.candidate) == (candidate, None)
    client_context(again.current_files)
    assert sorted(path.name for path in folder.path.iterdir()) == ["authority.pem", "certificate.pem", "key.pem"]


@pytest.mark.parametrize("steps", [0, 1])
def test_a_power_cut_in_a_promotion_leaves_a_whole_pair_that_is_found_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    pairs = folder.renewed()
    before, candidate = pairs.current, pairs.candidate
    renames = iter(range(10))
    replace = Path.replace

    def cut(self: Path, target: Path) -> Path:
        if next(renames) >= steps:
            raise PowerCutError
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut)
        with pytest.raises(PowerCutError):
            asyncio.run(pairs.promote())
    again = folder.open()
    assert again.current == (before if steps == 0 else candidate)
    assert again.candidate == (candidate if steps == 0 else None)
    client_context(again.current_files)


def test_a_disk_that_fails_in_a_promotion_is_asked_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = folder.renewed()
    candidate = pairs.candidate
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if self.name == "next-certificate.pem":
            raise OSError(errno.EIO, "bad disk")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="bad disk"):
            asyncio.run(pairs.promote())
    asyncio.run(pairs.promote())
    assert (pairs.current, pairs.candidate) == (candidate, None)
    client_context(pairs.current_files)


def test_a_power_cut_between_key_and_certificate_keeps_the_key_for_the_repeat(folder: Folder) -> None:
    folder.open().request_next()
    key = (folder.path / "next-key.pem").read_bytes()
    again = folder.open()
    assert again.candidate is None
    again.request_next()
    assert (folder.path / "next-key.pem").read_bytes() == key
    again.receive(folder.certify(folder.path / "next-key.pem"))
    assert again.candidate is not None


def test_a_certificate_for_another_key_is_not_taken(folder: Folder) -> None:
    pairs = folder.open()
    pairs.request_next()
    with pytest.raises(CertificateUnusableError, match="another key"):
        pairs.receive(folder.certify(folder.path / "key.pem"))
    with pytest.raises(CertificateUnusableError, match="no certificate"):
        pairs.receive("garbage")
    assert pairs.candidate is None


def test_a_candidate_that_does_not_fit_its_key_is_forgotten_at_the_start(folder: Folder) -> None:
    folder.renewed()
    folder.keys.create(folder.path / "next-key.pem")
    assert folder.open().candidate is None
    assert not (folder.path / "next-certificate.pem").exists()


def test_a_discarded_candidate_is_gone_with_its_key(folder: Folder) -> None:
    pairs = folder.renewed()
    asyncio.run(pairs.discard())
    assert pairs.candidate is None
    assert not list(folder.path.glob("next-*"))


def test_a_gateway_without_files_has_no_pair(tmp_path: Path) -> None:
    pairs = PairsOnDisk(tmp_path, FileKeys())
    assert (pairs.current, pairs.candidate) == (None, None)


def test_a_signature_is_the_current_key_s(folder: Folder) -> None:
    pairs = folder.renewed()
    folder.keys.public_key(folder.path / "key.pem").verify(pairs.sign(b"words"), b"words", ec.ECDSA(hashes.SHA256()))


def test_keys_are_readable_by_nobody_else(folder: Folder) -> None:
    folder.renewed()
    modes = {path.stat().st_mode & 0o777 for path in folder.path.glob("*key.pem")}
    assert modes == {0o600}


def test_a_sealed_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    sealed = FileKeys(b"right")
    sealed.create(tmp_path / "key.pem")
    assert b"ENCRYPTED" in (tmp_path / "key.pem").read_bytes()
    with pytest.raises(KeyUnusableError, match="not at hand"):
        FileKeys().public_key(tmp_path / "key.pem")
    with pytest.raises(KeyUnusableError, match="another passphrase"):
        FileKeys(b"wrong").public_key(tmp_path / "key.pem")


def test_a_key_from_before_the_passphrase_is_sealed_once(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    FileKeys().create(path)
    public_key = FileKeys().public_key(path)
    assert FileKeys(b"passphrase").seal(path)
    assert not FileKeys(b"passphrase").seal(path)
    assert FileKeys(b"passphrase").public_key(path) == public_key
    assert not FileKeys().seal(path)


def test_the_passphrase_comes_from_systemd(tmp_path: Path) -> None:
    assert file_keys({}).passphrase is None
    assert file_keys({"CREDENTIALS_DIRECTORY": str(tmp_path)}).passphrase is None
    (tmp_path / "identity-passphrase").write_text("0123abcd\n")
    assert file_keys({"CREDENTIALS_DIRECTORY": str(tmp_path)}).passphrase == b"0123abcd"
    (tmp_path / "identity-passphrase").write_text("\n")
    with pytest.raises(KeyUnusableError, match="empty"):
        file_keys({"CREDENTIALS_DIRECTORY": str(tmp_path)})


REVOKED = CertificateRefusedError("certificate_revoked", "refused")


def test_the_link_tries_the_candidate_and_the_proven_pair_in_turns(folder: Folder) -> None:
    pairs = folder.renewed()
    trial = PairTrial(pairs)
    shown = []
    for _ in range(4):
        shown.append(trial.tls_files() == pairs.candidate_files)
        trial.handle_failed(BrokerUnreachableError("nobody there"))
    assert shown == [True, False, True, False]
    assert trial.candidate_refusals == 0


def test_a_refused_candidate_is_counted_and_the_proven_pair_shown_next(folder: Folder) -> None:
    pairs = folder.renewed()
    trial = PairTrial(pairs)
    trial.tls_files()
    trial.handle_failed(REVOKED)
    assert trial.tls_files() == pairs.current_files
    trial.handle_accepted()
    assert (trial.candidate_refusals, trial.is_candidate_proven, trial.refusal) == (1, False, None)
    assert pairs.current is not None
    assert trial.serial() == pairs.current.serial
    trial.handle_failed(BrokerUnreachableError("given up for another trial"))
    assert trial.tls_files() == pairs.candidate_files


def test_an_accepted_candidate_is_proven_and_stays(folder: Folder) -> None:
    pairs = folder.renewed()
    trial = PairTrial(pairs)
    heard = []
    trial.on_news = lambda: heard.append(True)
    trial.tls_files()
    trial.handle_accepted()
    assert (trial.is_candidate_proven, bool(heard)) == (True, True)
    trial.handle_failed(BrokerUnreachableError("lost before it was promoted"))
    assert trial.tls_files() == pairs.candidate_files
    asyncio.run(pairs.promote())
    assert trial.tls_files() == pairs.current_files
    assert not trial.is_candidate_proven


def test_why_the_pair_in_use_is_refused_is_remembered_until_it_is_not(folder: Folder) -> None:
    pairs = folder.open()
    trial = PairTrial(pairs)
    trial.tls_files()
    trial.handle_failed(CertificateRefusedError("certificate_expired", "refused"))
    trial.tls_files()
    trial.handle_failed(BrokerUnreachableError("nobody there"))
    assert trial.refusal == "certificate_expired"
    trial.tls_files()
    trial.handle_accepted()
    assert trial.refusal is None
