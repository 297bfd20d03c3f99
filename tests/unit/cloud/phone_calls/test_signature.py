"""What an exchange signs is believed for five minutes, and not a byte of it can be changed."""

from datetime import UTC, datetime, timedelta

import pytest

from cloud.phone_calls.signature import SignedBody, is_genuine, sign

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = b'{"call_id":"1","from":"+393331234567"}'


def _signed(stamp: str = STAMP, body: bytes = BODY) -> SignedBody:
    return SignedBody(stamp, sign("secret", stamp, body), body)


def test_the_signature_is_hmac_sha256_of_time_and_body() -> None:
    """Feature 151. The value was computed with `openssl dgst -sha256 -hmac`."""
    expected = "v1=35ce5c76e1702210dc799cf862d08a8c0741eda6398ca3a06341378d24dc8700"
    assert sign("secret", "1773662400", BODY) == expected


@pytest.mark.parametrize("age_s", [-300, 0, 300])
def test_what_was_signed_just_now_is_believed(age_s: int) -> None:
    """Feature 151."""
    assert is_genuine("secret", _signed(), NOW + timedelta(seconds=age_s))


@pytest.mark.parametrize("age_s", [-301, 301, 86400])
def test_a_recorded_message_is_worthless_after_five_minutes(age_s: int) -> None:
    """Feature 151."""
    assert not is_genuine("secret", _signed(), NOW + timedelta(seconds=age_s))


@pytest.mark.parametrize(
    "forged",
    [
        SignedBody(STAMP, _signed().signature, BODY + b" "),
        SignedBody(str(int(STAMP) + 1), _signed().signature, BODY),
        SignedBody(STAMP, _signed().signature.removeprefix("v1="), BODY),
        SignedBody(STAMP, "", BODY),
        SignedBody(STAMP, "v1=é", BODY),
        SignedBody("", sign("secret", "", BODY), BODY),
        SignedBody("-1", sign("secret", "-1", BODY), BODY),
        SignedBody("9" * 13, sign("secret", "9" * 13, BODY), BODY),
        SignedBody("²", sign("secret", "²", BODY), BODY),
        SignedBody(STAMP, sign("other", STAMP, BODY), BODY),
    ],
)
def test_nothing_of_it_can_be_changed(forged: SignedBody) -> None:
    """Feature 151."""
    assert not is_genuine("secret", forged, NOW)
