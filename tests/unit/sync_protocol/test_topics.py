import pytest

from sync_protocol.errors import TopicError
from sync_protocol.topics import Topic, cloud_filter, down_topic, gateway_filter, parse_topic, up_topic


def test_a_topic_is_read_as_it_was_written() -> None:
    assert parse_topic(up_topic("sit_a", "gwy_b", "hello")) == Topic("sit_a", "gwy_b", "up", "hello")
    assert parse_topic(down_topic("sit_a", "gwy_b", "delta")) == Topic("sit_a", "gwy_b", "down", "delta")


def test_topics_stay_within_the_seven_slashes_of_the_strictest_broker() -> None:
    for topic in (up_topic("s", "g", "k"), gateway_filter("s", "g"), cloud_filter()):
        assert topic.count("/") <= 7


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "tornello",
        "tornello/1/s/g/up",
        "tornello/1/s/g/up/k/more",
        "tornello/2/s/g/up/k",
        "other/1/s/g/up/k",
        "tornello/1/s/g/sideways/k",
        "tornello/1//g/up/k",
        "tornello/1/s/+/up/k",
        "tornello/1/s/#/up/k",
        "tornello/1/s/g/up/k\x00",
        "$SYS/broker/version",
        "tornello/1/" + "s" * 65 + "/g/up/k",
    ],
)
def test_anything_else_is_not_a_topic(topic: str) -> None:
    with pytest.raises(TopicError):
        parse_topic(topic)


@pytest.mark.parametrize("part", ["", "a/b", "+", "#", "x" * 65, "a b"])
def test_a_part_that_would_widen_a_topic_is_refused(part: str) -> None:
    with pytest.raises(TopicError):
        up_topic("sit_a", part, "hello")
    with pytest.raises(TopicError):
        gateway_filter(part, "gwy_a")
