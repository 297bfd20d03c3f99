from pathlib import Path

import pytest

from cloud.settings import Address, SettingsError, read_settings


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("ab" * 32 + "\n")
    path.chmod(0o600)
    return path


def test_a_secret_is_all_that_is_needed(secret_file: Path) -> None:
    settings = read_settings({"TORNELLO_SECRET_FILE": str(secret_file)})
    assert settings.secret == bytes([0xAB] * 32)
    assert settings.database_url == "sqlite:///tornello.db"
    assert settings.listen == Address("127.0.0.1", 8080)
    assert settings.tls_listen is None
    assert settings.public_broker == settings.broker == Address("127.0.0.1", 8883)


def test_addresses_may_be_of_ipv6(secret_file: Path) -> None:
    settings = read_settings({"TORNELLO_SECRET_FILE": str(secret_file), "TORNELLO_LISTEN": "[::1]:0"})
    assert settings.listen == Address("::1", 0)
    assert str(settings.listen) == "[::1]:0"


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "TORNELLO_DATABASE_URL": "mysql://x",
                "TORNELLO_BROKER_PORT": "70000",
                "TORNELLO_LISTEN": "8080",
                "TORNELLO_TLS_LISTEN": "8443",
                "TORNELLO_AUTHORITY_DIR": str(tmp_path / "missing"),
            }
        )
    lines = str(caught.value).splitlines()
    assert [line.split()[0] for line in lines] == [
        "TORNELLO_BROKER_PORT",
        "TORNELLO_DATABASE_URL",
        "TORNELLO_SECRET_FILE",
        "TORNELLO_AUTHORITY_DIR",
        "TORNELLO_LISTEN",
        "TORNELLO_TLS_LISTEN",
    ]


def test_a_secret_that_everybody_can_read_is_none(secret_file: Path) -> None:
    secret_file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_settings({"TORNELLO_SECRET_FILE": str(secret_file)})


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_would_be_gone_with_the_process_is_refused(secret_file: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="TORNELLO_DATABASE_URL"):
        read_settings({"TORNELLO_SECRET_FILE": str(secret_file), "TORNELLO_DATABASE_URL": url})


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "Ё"])
def test_a_secret_that_is_none_is_refused_without_being_shown(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret"
    path.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match="TORNELLO_SECRET_FILE") as caught:
        read_settings({"TORNELLO_SECRET_FILE": str(path)})
    assert not content or content not in str(caught.value)


def test_a_url_that_is_none_is_refused(secret_file: Path) -> None:
    with pytest.raises(SettingsError, match="sqlite:///"):
        read_settings({"TORNELLO_SECRET_FILE": str(secret_file), "TORNELLO_DATABASE_URL": "here"})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("", ""),
        ("https://Club.example/", "https://club.example"),
        ("https://club.example:443", "https://club.example"),
        ("https://club.example:8443", "https://club.example:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_the_public_url_is_an_origin_that_browsers_call_secure(secret_file: Path, url: str, origin: str) -> None:
    settings = read_settings({"TORNELLO_SECRET_FILE": str(secret_file), "TORNELLO_PUBLIC_URL": url})
    assert settings.public_url == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://club.example",
        "club.example",
        "https://192.0.2.1",
        "https://club.example/crm",
        "https://a@club.example",
        "https://[::1]",
        "https://club.example:x",
        "https://[",
        "ftp://localhost",
        "https://клуб.example",
    ],
)
def test_a_public_url_that_passkeys_cannot_be_bound_to_is_refused(secret_file: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="TORNELLO_PUBLIC_URL"):
        read_settings({"TORNELLO_SECRET_FILE": str(secret_file), "TORNELLO_PUBLIC_URL": url})
