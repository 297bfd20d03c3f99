"""What may leave the machine, and that nothing else does."""

from gateway.inspection.redaction import redact_config, redact_event, redact_log, redact_state

CONFIG = """\
state_dir = "/home/mario/secret-folder"
[[bus]]  # the door of Mario Rossi
port = "/dev/ttyUSB0"
baud = 9600
[[bus.reader]]
name = "entry"
scbk_file = "entry.scbk"
scbk = "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"
address = 0  # Rossi
"""


def test_the_configuration_keeps_its_shape_and_loses_what_is_not_on_the_list() -> None:
    told = redact_config(CONFIG)
    assert told.splitlines() == [
        "state_dir = (left out)",
        "[[bus]]",
        'port = "/dev/ttyUSB0"',
        "baud = 9600",
        "[[bus.reader]]",
        'name = "entry"',
        "scbk_file = (left out)",
        "scbk = (left out)",
        "address = 0",
    ]


def test_an_event_loses_who_it_was() -> None:
    event = {
        "seq": 3,
        "event": "access_decided",
        "reason": "granted",
        "text": "Welcome. Anna",
        "credential_hash": "0123abcd",
        "member_id": "mem_a",
        "something_new": "Anna",
    }
    assert redact_event(event) == {"seq": 3, "event": "access_decided", "reason": "granted"}


def test_the_status_loses_the_club_and_whatever_is_not_known_here() -> None:
    assert redact_state({"revision": 3, "site_name": "Club Anna", "news": "Anna"}) == {"revision": 3}


def test_words_that_could_be_keys_or_tokens_are_taken_out_of_the_log() -> None:
    line = f"tap at entry: allow, granted; token tc1.abcd.efgh; hash {'0f' * 16}; key {'Ab+/' * 10}="
    assert redact_log(line) == ("tap at entry: allow, granted; token (left out) hash (left out); key (left out)")
