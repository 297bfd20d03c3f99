import ssl

import pytest

from mqtt_client.tls import certificate_refusal


def alert(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("SSLV3_ALERT_CERTIFICATE_REVOKED", "certificate_revoked"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "certificate_expired"),
        ("TLSV1_ALERT_UNKNOWN_CA", "authority_unknown"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate_required"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "certificate_rejected"),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "certificate_rejected"),
    ],
)
def test_an_alert_of_the_broker_gets_its_name(reason: str, name: str) -> None:
    refusal = certificate_refusal(alert(reason))
    assert refusal is not None
    assert refusal.reason == name


@pytest.mark.parametrize(
    ("code", "name"),
    [(9, "broker_not_yet_valid"), (10, "broker_expired"), (62, "broker_name_mismatch"), (19, "broker_not_trusted")],
)
def test_what_our_verification_found_gets_its_name(code: int, name: str) -> None:
    error = ssl.SSLCertVerificationError(1, "verify failed")
    error.verify_code = code
    error.verify_message = "text"
    refusal = certificate_refusal(error)
    assert refusal is not None
    assert refusal.reason == name


@pytest.mark.parametrize("error", [None, ConnectionResetError(), TimeoutError(), alert("WRONG_VERSION_NUMBER")])
def test_other_errors_are_no_certificate_problem(error: BaseException | None) -> None:
    assert certificate_refusal(error) is None
