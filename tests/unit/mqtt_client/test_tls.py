import datetime as dt
import ssl
from pathlib import Path

import pytest

from mqtt_client.errors import CertificateRefusedError
from mqtt_client.tls import certificate_refusal, refine_refusal
from tests.certificates import Authority


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


NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "now", "name"),
    [
        ("certificate_expired", NOW + 3 * DAY, "certificate_expired"),
        ("certificate_expired", NOW, "validity_disputed"),
        ("certificate_rejected", NOW - 3 * DAY, "certificate_not_yet_valid"),
        ("certificate_rejected", NOW, "certificate_rejected"),
        ("certificate_revoked", NOW + 3 * DAY, "certificate_revoked"),
        ("broker_expired", NOW + 3 * DAY, "broker_expired"),
    ],
)
def test_a_refusal_is_named_by_what_our_own_certificate_says(
    tmp_path: Path, told: str, now: dt.datetime, name: str
) -> None:
    ours = Authority.create(tmp_path).issue("gwy_a")
    assert refine_refusal(CertificateRefusedError(told, "refused"), ours.certificate, now).reason == name


def test_without_our_certificate_at_hand_the_broker_s_word_stands(tmp_path: Path) -> None:
    told = CertificateRefusedError("certificate_expired", "refused")
    assert refine_refusal(told, tmp_path / "nowhere.pem", NOW) is told
