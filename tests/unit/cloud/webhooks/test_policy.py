"""Signatures of webhooks, their retries, and the addresses that they may not reach."""

import base64
from datetime import timedelta

import pytest

from cloud.webhooks import policy


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the Standard Webhooks specification, 1.0."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signed = policy.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_tried_eight_times_in_thirty_one_hours() -> None:
    waits = [policy.retry_after(count) for count in range(1, 9)]
    assert waits[-1] is None
    assert sum((wait for wait in waits if wait is not None), timedelta()) < timedelta(hours=32)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "ff02::1",
    ],
)
def test_addresses_inside_are_nobody_s_business(address: str) -> None:
    assert not policy.is_reachable(address, may_be_private=False)


def test_a_club_may_allow_its_own_network_but_not_what_answers_everywhere() -> None:
    assert policy.is_reachable("10.0.0.1", may_be_private=True)
    assert policy.is_reachable("8.8.8.8", may_be_private=False)
    assert not policy.is_reachable("169.254.169.254", may_be_private=True)
    assert not policy.is_reachable("0.0.0.0", may_be_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://club.example/",
        "ftp://club.example",
        "https://",
        "https://u:p@club.example/",
        "https://club.example/#x",
        "https://club.example:99999/",
        "https://club.example:0/",
        "https://[::1",
        "https://a b/",
        "https://caffè.it/",
        "",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    assert policy.address_mistake(url, may_be_private=False) is not None


def test_plain_http_is_for_the_club_s_own_network() -> None:
    assert policy.address_mistake("https://club.example/in?x=1", may_be_private=False) is None
    assert policy.address_mistake("http://till.local:8000/", may_be_private=True) is None
