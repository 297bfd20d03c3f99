import pytest

from firmware_protocol.osdp import events, replies
from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.reader_status import ReaderStatus
from firmware_protocol.osdp.replies import AttachedReaderState, CardFormat, Reply


def report(*told: Reply) -> list[Event]:
    emitted: list[Event] = []
    status = ReaderStatus(7, emitted.append)
    for reply in told:
        status.report(reply)
    return emitted


@pytest.mark.parametrize(
    ("reply", "event"),
    [
        (replies.RawCard(1, CardFormat.WIEGAND, 8, b"\x55"), events.CardRead(7, b"\x55", 8, CardFormat.WIEGAND, 1)),
        (replies.FormattedCard(1, b"123"), events.FormattedCardRead(7, b"123", 1)),
        (replies.FormattedCard(1, b"321", is_read_backwards=True), events.FormattedCardRead(7, b"123", 1)),
        (replies.Keypad(1, "12#"), events.KeypadRead(7, "12#", 1)),
        (replies.InputStatus((True,)), events.InputsChanged(7, (True,))),
        (replies.OutputStatus((True,)), events.OutputsChanged(7, (True,))),
        (
            replies.ReaderStatus((AttachedReaderState.TAMPERED,)),
            events.AttachedReadersChanged(7, (AttachedReaderState.TAMPERED,)),
        ),
        (replies.ManufacturerReply(1, b""), events.ReplyReceived(7, replies.ManufacturerReply(1, b""))),
    ],
)
def test_a_reply_becomes_its_event(reply: Reply, event: Event) -> None:
    assert report(reply) == [event]


@pytest.mark.parametrize("reply", [replies.Ack(), replies.Nak(3), replies.Identification()])
def test_an_answer_without_news_is_no_event(reply: Reply) -> None:
    assert report(reply) == []
    assert reply.CODE in ReplyCode


def test_tamper_and_power_are_events_of_their_own_and_only_when_they_change() -> None:
    quiet = replies.LocalStatus(is_tampered=False, is_power_failing=False)
    alarm = replies.LocalStatus(is_tampered=True, is_power_failing=True)
    assert report(quiet, alarm, alarm, quiet) == [
        events.TamperChanged(7, True),
        events.PowerChanged(7, True),
        events.TamperChanged(7, False),
        events.PowerChanged(7, False),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        replies.InputStatus((True,)),
        replies.OutputStatus((False,)),
        replies.ReaderStatus((AttachedReaderState.NORMAL,)),
    ],
)
def test_the_same_status_twice_is_one_event(reply: Reply) -> None:
    assert len(report(reply, reply)) == 1
