import hashlib
import hmac

from sync_protocol.credential_hash import hash_credential

KEY = bytes(range(32))


def test_the_name_of_a_credential_is_the_first_half_of_its_hmac() -> None:
    expected = hmac.new(KEY, b"wiegand26:18:4821", hashlib.sha256).hexdigest()[:32]
    assert hash_credential(KEY, "wiegand26:18:4821") == expected


def test_another_site_has_another_name_for_the_same_card() -> None:
    assert hash_credential(KEY, "wiegand26:18:4821") != hash_credential(bytes(32), "wiegand26:18:4821")
