from firmware_protocol.osdp.reader_counters import ReaderCounters


def test_a_report_is_a_copy() -> None:
    counters = ReaderCounters()
    counters.retries += 1
    report = counters.report()
    counters.retries += 1
    assert report.retries == 1
    assert report.latency_p50_s is None
