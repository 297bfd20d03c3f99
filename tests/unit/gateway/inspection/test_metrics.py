"""What Prometheus reads: counts of what happened, and gauges of how it is."""

from collections.abc import Mapping, Sequence

from gateway.inspection.metrics import GatewayMetrics, Gauges
from gateway.self_test.gate_checks import DAY_S, Counters, KnownState, LinkState
from gateway.self_test.live import LaneUnderTest
from gateway.service.status_records import ReaderReport
from sync_protocol.journal_events import AccessDecided, AccessTaken, EventBody, JournalEvent
from tests.fake_clock import FakeClock


class FakeGateway:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.lanes: Sequence[LaneUnderTest] = ()
        self.readers: Sequence[ReaderReport] = (ReaderReport("lan_a", "entry", is_online=True, is_secure=False),)
        self.link = LinkState(is_connected=True, is_welcome=False, failure="")
        self.state = KnownState(7, False, 30, self.clock.wall_ms() // 1000 - DAY_S)
        self.events_waiting = 3
        self.disk_fault: str | None = None

    def counters(self, reader: str) -> Counters:
        return {"polls": 900, "retries": 4, "latency_p99_ms": 18.0, "latency_p50_ms": None}

    def show_test(self, reader: str) -> None:
        """Metrics show nothing."""

    def tap_for_nobody(self) -> int:
        return 0


def metrics(link: LinkState | None = None) -> GatewayMetrics:
    gateway = FakeGateway()
    gateway.link = link or gateway.link
    gauges = Gauges(
        lambda: 0.004,
        lambda: 0.0005,
        lambda: 2**30,
        lambda: gateway.clock.wall_ms() / 1000 + 2,
        lambda: gateway.clock.wall_ms() / 1000 + 90,
    )
    return GatewayMetrics(gateway, gateway.clock, gauges, version="1.2")


def samples(text: bytes) -> Mapping[str, float]:
    lines = [line.rpartition(" ") for line in text.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def event(body: EventBody) -> JournalEvent:
    return JournalEvent(1, "boot", 1, 1, "synced", body)


def test_taps_and_passages_are_counted_without_a_word_about_who_it_was() -> None:
    told = metrics()
    decided = AccessDecided(
        "t", "lan_a", "in", "entry", "0f" * 16, "allow", "granted", "contract", 7, "mem_anna", decided_in_us=1500
    )
    told.take(event(decided))
    told.take(event(AccessTaken("t", "lan_a", "in", "mem_anna")))
    found = samples(told.text())
    assert found['tornello_taps_total{outcome="allow",reader="entry"}'] == 1
    assert found['tornello_passages_total{direction="in",end="taken",lane_id="lan_a"}'] == 1
    assert found['tornello_decision_seconds_bucket{le="0.001"}'] == 0
    assert found['tornello_decision_seconds_bucket{le="0.002"}'] == 1
    assert b"anna" not in told.text()
    assert b"0f0f" not in told.text()


def test_gauges_are_as_the_gateway_is_now() -> None:
    found = samples(metrics().text())
    assert found["tornello_link_up"] == 1
    assert found["tornello_cloud_welcome"] == 0
    assert found["tornello_outbox_events"] == 3
    assert found["tornello_lease_seconds"] == 29 * DAY_S
    assert found["tornello_certificate_seconds"] == 90
    assert found["tornello_commit_seconds"] == 0.004
    assert found["tornello_clock_offset_seconds"] == 2
    assert found['tornello_reader_events_total{reader="entry",what="retries"}'] == 4
    assert found['tornello_reader_reply_seconds{quantile="0.99",reader="entry"}'] == 0.018
    assert found['tornello_build_info{version="1.2"}'] == 1


def test_why_there_is_no_link_is_told_by_a_stable_word() -> None:
    failure = ("our certificate has been revoked: enrol again", "certificate_revoked")
    found = samples(metrics(LinkState(False, False, *failure)).text())
    assert found['tornello_link_fault{reason="certificate_revoked"}'] == 1
    found = samples(metrics(LinkState(True, True, *failure)).text())
    assert not any(name.startswith("tornello_link_fault") for name in found)
