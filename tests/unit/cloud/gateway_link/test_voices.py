"""Who owns the broker can say what they like: nothing of it is taken, and staff are told."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from cloud.access_events import journal_faults
from cloud.access_events.models import JournalCursor
from cloud.alarms import service as alarms
from cloud.enrolment import certificates
from cloud.enrolment.authority import OnlineAuthority
from cloud.gateway_link import voices
from cloud.gateway_link.forgeries import STRANGE_FOR_S, TOLD_EVERY_S, Forgeries
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.voices import CertificateUnknownError, Voices
from sync_protocol.codec import encode_message
from sync_protocol.messages import CloudHeartbeat, Hello, Message, OutboxRange, Refused, Welcome
from sync_protocol.topics import Topic
from sync_protocol.up_seal import read_sealed, seal_up
from tests.club import Club, gateway_of
from tests.in_loop import in_loop
from tests.unit.cloud.gateway_link.test_ingester import Letter, Outbox, SpeakingGateway, ingesting
from tests.voices import stranger


@pytest.fixture
def gateway(shared_club: Club) -> SpeakingGateway:
    return SpeakingGateway.add(shared_club)


def hello(first_seq: int = 0, revision: int = 0) -> Hello:
    return Hello("boot", "1", "epoch1", revision, b"", OutboxRange(first_seq, first_seq), "synced", 0, nonce=b"n")


async def hear(ingester: Ingester, topic: str, payload: bytes) -> None:
    letter = Letter(payload)
    await ingester.handle(topic, letter)
    await letter.acked.wait()


def said(outbox: Outbox, kind: type[Message]) -> list[Message]:
    return [message for _, message in outbox.sent if isinstance(message, kind)]


def cursor_of(club: Club, gateway_id: str) -> int | None:
    with club.database.session() as session:
        return session.scalar(select(JournalCursor.acked_seq).where(JournalCursor.gateway_id == gateway_id))


def test_a_forged_hello_moves_no_journal_and_staff_are_called_once(
    shared_club: Club, gateway: SpeakingGateway, caplog: pytest.LogCaptureFixture
) -> None:
    topic, genuine = gateway.say(hello())
    payload = encode_message(hello(first_seq=900))
    known = gateway.voice.seal(gateway.topic("heartbeat"), payload, shows_certificate=False)
    forged = [
        payload,
        seal_up(topic, payload, 2**50, stranger(5), shows_certificate=True),
        seal_up(topic, payload, 2**50, replace(stranger(5), serial=_serial_of(shared_club, gateway))),
        known,
        b"",
    ]

    @in_loop
    async def attack() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            for data in forged:
                await hear(ingester, topic, data)
            assert not said(outbox, Welcome)
            assert len(said(outbox, Refused)) == 1, "whoever forges is not talked to"
            await hear(ingester, topic, genuine.payload)
            assert len(said(outbox, Welcome)) == 1

    attack()
    assert cursor_of(shared_club, gateway.gateway_id) == -1
    assert caplog.text.count("was not signed by it") == 1
    with shared_club.database.session() as session:
        (fault,) = journal_faults.find_page(session, gateway.gateway_id, after=None, limit=9).items
        assert (fault.kind, fault.last_seq) == ("forged", 1)
        found = [alarm for alarm in alarms.find_page(session, limit=50).items if alarm.gateway_id == gateway.gateway_id]
        assert [alarm.kind for alarm in found] == ["journal_broken"]


def test_what_was_heard_is_not_heard_again_and_a_gateway_that_is_behind_is_told_the_number(
    shared_club: Club, gateway: SpeakingGateway
) -> None:
    topic, first = gateway.say(hello(revision=5))
    beat_topic, beat = gateway.beat(revision=6)
    number = read_sealed(beat_topic, beat.payload).number

    @in_loop
    async def replay() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await hear(ingester, topic, first.payload)
            await hear(ingester, beat_topic, beat.payload)
        async with ingesting(shared_club) as (ingester, outbox, _):  # another process, later
            await hear(ingester, topic, first.payload)
            await hear(ingester, beat_topic, beat.payload)
            refused = said(outbox, Refused)
            assert [(each.kind, each.heard_number) for each in refused if isinstance(each, Refused)] == [
                ("hello", number),
                ("heartbeat", number),
            ]
            assert not said(outbox, Welcome)
            assert not said(outbox, CloudHeartbeat)

    replay()
    with shared_club.database.session() as session:
        assert gateway_of(session, gateway.gateway_id).applied_revision == 6
        assert not journal_faults.find_page(session, gateway.gateway_id, after=None, limit=9).items


def test_a_revoked_certificate_speaks_no_more_and_a_retired_gateway_is_told_so(
    shared_club: Club, gateway: SpeakingGateway
) -> None:
    expelled: list[str] = []

    async def expel(gateway_id: str) -> None:
        expelled.append(gateway_id)

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, workshop):
            ingester._workshop = replace(workshop, expel=expel)
            topic, beat = gateway.beat()
            await hear(ingester, topic, beat.payload)
            with shared_club.database.transaction() as session:
                certificates.revoke_all(session, gateway.gateway_id, "superseded", shared_club.actor)
            await hear(ingester, topic, gateway.beat()[1].payload)
            assert not expelled
            with shared_club.database.transaction() as session:
                gateway_of(session, gateway.gateway_id).retired_at = session.now
            await hear(ingester, topic, gateway.beat()[1].payload)
            reasons = [each.reason for each in said(outbox, Refused) if isinstance(each, Refused)]
            assert len(reasons) == 2
            assert "revoked or has expired" in reasons[0]
            assert "out of service" in reasons[1]

    talk()
    assert expelled == [gateway.gateway_id]


def test_keys_are_read_once_and_not_hoarded(
    shared_club: Club, gateway: SpeakingGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "KEYS_MAX", 1)
    other = SpeakingGateway.add(shared_club, "Lane 2")
    ran: list[str] = []

    async def talk() -> None:
        some = Voices(shared_club.database)
        for one in (gateway, gateway, other, gateway):

            async def run(work: voices.Work, who: SpeakingGateway = one) -> voices.Key:
                ran.append(who.gateway_id)
                return await asyncio.to_thread(work)

            topic, beat = one.beat()
            word = await some.open(Topic(one.site_id, one.gateway_id, "up", "heartbeat"), beat.payload, run)
            assert word.serial == read_sealed(topic, beat.payload).serial

    in_loop(talk)()
    assert ran == [gateway.gateway_id, other.gateway_id, gateway.gateway_id]


def test_forgeries_are_counted_and_told_of_once_an_hour() -> None:
    forgeries = Forgeries()
    assert [forgeries.count(second) for second in (0.0, 1.0, 2.0)] == [1, 0, 0]
    assert forgeries.count(TOLD_EVERY_S) == 3


def _serial_of(club: Club, gateway: SpeakingGateway) -> str:
    with club.database.session() as session:
        return certificates.list_of(session, gateway.gateway_id)[0].serial


def test_a_certificate_that_is_not_known_yet_is_no_forgery_for_a_minute() -> None:
    forgeries = Forgeries()
    counted = [forgeries.count(second, is_certificate_unknown=True) for second in (5.0, 6.0, 5.0 + STRANGE_FOR_S)]
    assert counted == [0, 0, 1]


def test_a_certificate_is_shown_with_hello_only(shared_club: Club, gateway: SpeakingGateway) -> None:
    def unread() -> OnlineAuthority:
        raise AssertionError("the authority was asked")

    async def run(work: voices.Work) -> voices.Key:
        return await asyncio.to_thread(work)

    async def talk() -> None:
        some = Voices(shared_club.database, unread)
        sealed = seal_up(gateway.topic("heartbeat"), b"beat", 7, stranger(8), shows_certificate=True)
        with pytest.raises(CertificateUnknownError):
            await some.open(Topic(gateway.site_id, gateway.gateway_id, "up", "heartbeat"), sealed, run)

    in_loop(talk)()
