"""The seed of a card: no password anywhere, no claim that outlives the first boot there, nothing wrong accepted."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioning import cli
from provisioning.authority import ProvisioningRefusedError
from provisioning.cloud_init.seed import DOCUMENTS, FIRST_BOOT, Seed, WirelessNetwork, check_seed, write_seed
from tests.release_signing import Builder

TOKEN = f"tc1.{'a' * 26}.{'0' * 32}"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJvb3Q installer@club"
NETWORK = WirelessNetwork("Club", "correct horse battery", "IT")
Refuses = Callable[..., None]


@pytest.fixture(name="seed")
def whole_seed(tmp_path: Path) -> Seed:
    package = tmp_path / "tornello-gateway_0.1.0_arm64.deb"
    package.write_bytes(b"!<arch>\n")
    configuration = tmp_path / "gateway.toml"
    example = Path(cli.__file__).parent / "appliance" / "debian" / "gateway.toml"
    configuration.write_text(example.read_text())
    return Seed("lane-1", "tornello-admin", (KEY,), "https://club.example:8443", TOKEN, package, configuration, NETWORK)


def documents(folder: Path) -> dict[str, Any]:
    return {name: json.loads((folder / name).read_text().removeprefix("#cloud-config\n")) for name in DOCUMENTS}


def test_the_account_is_entered_with_a_key_and_no_password(seed: Seed, tmp_path: Path) -> None:
    write_seed(seed, tmp_path / "out")
    user_data = documents(tmp_path / "out")["user-data"]
    assert (tmp_path / "out" / "user-data").read_text().startswith("#cloud-config\n")
    assert (user_data["ssh_pwauth"], user_data["disable_root"]) == (False, True)
    (account,) = user_data["users"]
    assert (account["lock_passwd"], account["ssh_authorized_keys"]) == (True, [KEY])
    assert not {"passwd", "hashed_passwd", "plain_text_passwd"} & account.keys()


def test_the_claim_is_only_where_the_first_boot_takes_it_away(seed: Seed, tmp_path: Path) -> None:
    files = write_seed(seed, tmp_path / "out")
    holding = [path.relative_to(tmp_path / "out") for path in files if TOKEN.encode() in path.read_bytes()]
    assert holding == [Path("tornello/claim-token")]
    assert (tmp_path / "out" / "tornello" / "claim-token").stat().st_mode & 0o777 == 0o600
    script = FIRST_BOOT.read_text()
    assert script.index("rm ") < script.index("dpkg -i"), "before anything that may fail"


def test_the_first_boot_runs_the_script_where_the_partition_is_mounted(seed: Seed, tmp_path: Path) -> None:
    write_seed(seed, tmp_path / "out")
    assert ["sh", "/boot/firmware/tornello/first-boot"] in documents(tmp_path / "out")["user-data"]["runcmd"]


def test_the_release_key_is_put_where_root_looks_for_it(seed: Seed, tmp_path: Path) -> None:
    key = tmp_path / "release.pub"
    key.write_bytes(Builder().public_pem)
    write_seed(replace(seed, release_key=key), tmp_path / "out")
    written = {file["path"]: file for file in documents(tmp_path / "out")["user-data"]["write_files"]}
    assert set(written) == {"/etc/tornello/gateway.toml", "/etc/tornello/release.pub"}
    assert written["/etc/tornello/release.pub"]["content"] == key.read_text()
    assert written["/etc/tornello/release.pub"]["permissions"] == "0644"


def test_a_private_key_is_never_put_on_a_card(seed: Seed, tmp_path: Path) -> None:
    key = tmp_path / "release-key.pem"
    key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGb\n-----END ENCRYPTED PRIVATE KEY-----\n")
    with pytest.raises(ProvisioningRefusedError, match="not the public half"):
        write_seed(replace(seed, release_key=key), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_configuration_is_in_place_before_the_package(seed: Seed, tmp_path: Path) -> None:
    write_seed(seed, tmp_path / "out")
    (file,) = documents(tmp_path / "out")["user-data"]["write_files"]
    assert (file["path"], file["content"]) == ("/etc/tornello/gateway.toml", (tmp_path / "gateway.toml").read_text())


def test_no_character_makes_a_document_that_yaml_does_not_read(seed: Seed, tmp_path: Path) -> None:
    odd = "\x7f\x85\x9f\u2028\u2029\ufeff\uffff"
    assert seed.configuration is not None
    content = f"# Café 😀 {odd}\n{seed.configuration.read_text()}"
    seed.configuration.write_text(content.replace("\x7f", ""), "utf-8")  # TOML takes all but this one
    write_seed(replace(seed, wireless=replace(NETWORK, ssid=f"Café {odd}"[:12])), tmp_path / "out")
    for name in DOCUMENTS:
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert all(character.isprintable() or character == "\n" for character in text)
    (file,) = documents(tmp_path / "out")["user-data"]["write_files"]
    assert file["content"] == seed.configuration.read_text("utf-8")
    (radio,) = documents(tmp_path / "out")["network-config"]["wifis"].values()
    assert [*radio["access-points"]] == [f"Café {odd}"[:12]]


def test_a_wireless_network_s_passphrase_is_not_on_the_card(seed: Seed, tmp_path: Path) -> None:
    files = write_seed(seed, tmp_path / "out")
    assert not [path for path in files if NETWORK.passphrase.encode() in path.read_bytes()]
    (radio,) = documents(tmp_path / "out")["network-config"]["wifis"].values()
    assert re.fullmatch("[0-9a-f]{64}", radio["access-points"]["Club"]["password"])
    assert radio["regulatory-domain"] == "IT"


def test_a_key_of_a_wireless_network_is_the_standard_s() -> None:
    """IEEE 802.11-2020, J.4.2, first test case."""
    expected = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert WirelessNetwork("IEEE", "password", "IT").pre_shared_key == expected


def test_without_a_wireless_network_the_card_holds_no_secret_but_the_claim(seed: Seed, tmp_path: Path) -> None:
    write_seed(replace(seed, wireless=None, configuration=None), tmp_path / "out")
    network = documents(tmp_path / "out")["network-config"]
    assert network.keys() == {"version", "ethernets"}
    assert {card["match"]["name"] for card in network["ethernets"].values()} == {"eth*", "en*"}
    assert "write_files" not in documents(tmp_path / "out")["user-data"]


def test_another_claim_makes_another_instance(seed: Seed, tmp_path: Path) -> None:
    write_seed(seed, tmp_path / "one")
    write_seed(replace(seed, claim_token=TOKEN.replace("a", "b")), tmp_path / "two")
    ids = {documents(tmp_path / name)["meta-data"]["instance-id"] for name in ("one", "two")}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hostname": "Lane 1"}, "no host name"),
        ({"account": "root"}, "administrator's account"),
        ({"ssh_keys": ()}, "must be a public one"),
        ({"ssh_keys": ("-----BEGIN OPENSSH PRIVATE KEY-----",)}, "must be a public one"),
        ({"cloud_url": "http://club.example"}, "not an https:// address"),
        ({"cloud_url": "https://club.example/$(reboot)"}, "characters that an address has not"),
        ({"claim_token": TOKEN[:-1]}, "not a claim token"),
        ({"package": Path("none.deb")}, "not the gateway's Debian package"),
        ({"wireless": replace(NETWORK, passphrase="short")}, "8 to 63 characters"),
        ({"wireless": replace(NETWORK, country="Italy")}, "two capital letters"),
        ({"wireless": replace(NETWORK, ssid="")}, "1 to 32 bytes"),
    ],
)
def test_what_would_not_come_up_is_refused(seed: Seed, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ProvisioningRefusedError, match=re.escape(words)):
        check_seed(replace(seed, **change))


def test_a_wrong_configuration_is_refused_with_its_lines(seed: Seed, tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text("state_dir = 5\n")
    with pytest.raises(ProvisioningRefusedError, match=r"gateway\.toml:1: `state_dir` must be a text"):
        check_seed(seed)


def test_an_image_s_own_files_are_replaced_only_when_asked(seed: Seed, tmp_path: Path) -> None:
    (tmp_path / "user-data").write_text("#cloud-config\n")
    with pytest.raises(ProvisioningRefusedError, match="--replace"):
        write_seed(seed, tmp_path)
    assert not (tmp_path / "tornello").exists()
    write_seed(seed, tmp_path, may_replace=True)
    assert documents(tmp_path)["user-data"]["hostname"] == "lane-1"


def test_the_command_names_what_it_wrote(seed: Seed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "claim").write_text(TOKEN + "\n")
    (tmp_path / "id.pub").write_text(f"# installer\n{KEY}\n")
    command = ["seed", "--out", str(tmp_path / "out"), "--hostname", "lane-1", "--ssh-key", str(tmp_path / "id.pub")]
    command += ["--url", seed.cloud_url, "--claim", str(tmp_path / "claim"), "--package", str(seed.package)]
    assert cli.main([*command, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 7
    assert cli.main([*command, "--replace", "--wifi-ssid", "Club"]) == 1
    assert "all of its three options" in capsys.readouterr().err
