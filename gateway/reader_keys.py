"""The keys of readers (SCBK) on disk: sealed with a key of this gateway's own, or as plain hexadecimal digits.

A sealed file is of no use without `{state_dir}/identity/sealing.key`, which is made when the first key is sealed and
leaves the machine in no backup of the configuration. Both are read; what is written here is always sealed.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from firmware_protocol.osdp.secure_channel import KEY_SIZE, SCBK_D
from gateway.durable_files import move_durably, write_private
from gateway.identity import identity_folder

SEALING_KEY_FILE: Final = "sealing.key"
_SEALING_KEY_SIZE: Final = 32
_NONCE_SIZE: Final = 12
_MARK: Final = "sealed1:"
_PURPOSE: Final = b"tornello reader key 1"


class ReaderKeyError(Exception):
    """The key of a reader cannot be used; the text says what to do."""


class ReaderKeyMissingError(ReaderKeyError):
    """There is no file: the reader was not paired yet."""


def read_reader_key(path: Path, state_dir: Path) -> bytes:
    """The 16 bytes of a reader's key.

    Raises:
        ReaderKeyMissingError: there is no such file.
        ReaderKeyError: it cannot be read, is no key, protects nothing, or was sealed by another gateway.
    """
    try:
        text = path.read_text("ascii").strip()
        is_public = bool(path.stat().st_mode & stat.S_IROTH)
    except FileNotFoundError as error:
        raise ReaderKeyMissingError(f"the key cannot be read: {error}") from error
    except OSError as error:
        raise ReaderKeyError(f"the key cannot be read: {error}") from error
    except UnicodeDecodeError:
        text, is_public = "", False
    key = _unseal(text, path, state_dir) if text.startswith(_MARK) else _parse_digits(text, path)
    if key == SCBK_D:
        raise ReaderKeyError(f"{path} holds the public default key, which protects nothing: pair the reader first")
    if is_public:
        raise ReaderKeyError(f"{path} can be read by everybody on this machine: chmod 600 it")
    return key


def write_reader_key(path: Path, key: bytes, state_dir: Path) -> None:
    """Seal a key and write it whole or not at all, durable, mode 0600.

    Raises:
        ReaderKeyError: this gateway's sealing key is damaged.
        OSError: it cannot be written.
    """
    nonce = secrets.token_bytes(_NONCE_SIZE)
    sealed = AESGCM(_sealing_key(state_dir)).encrypt(nonce, key, _PURPOSE)
    new = path.with_name(path.name + ".writing")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{_MARK}{(nonce + sealed).hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    move_durably(new, path)


def _parse_digits(text: str, path: Path) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_SIZE:
        raise ReaderKeyError(f"{path} must hold {KEY_SIZE * 2} hexadecimal digits, or a sealed key")
    return key


def _unseal(text: str, path: Path, state_dir: Path) -> bytes:
    try:
        content = bytes.fromhex(text.removeprefix(_MARK))
        sealing_key = (identity_folder(state_dir) / SEALING_KEY_FILE).read_bytes()
        return AESGCM(sealing_key).decrypt(content[:_NONCE_SIZE], content[_NONCE_SIZE:], _PURPOSE)
    except (OSError, ValueError, InvalidTag) as error:
        raise ReaderKeyError(
            f"{path} is damaged, or was sealed by another gateway: pair the reader again, with --force"
        ) from error


def _sealing_key(state_dir: Path) -> bytes:
    path = identity_folder(state_dir) / SEALING_KEY_FILE
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(_SEALING_KEY_SIZE)
        write_private(path, key)
    if len(key) != _SEALING_KEY_SIZE:
        raise ReaderKeyError(f"{path} is damaged: move it away, and pair the readers again")
    return key
