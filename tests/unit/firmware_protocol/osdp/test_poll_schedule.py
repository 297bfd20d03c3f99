import pytest

from firmware_protocol.osdp.commands import Buzzer
from firmware_protocol.osdp.link_states import LinkState
from firmware_protocol.osdp.poll_schedule import ACTIVE_TURN_EVERY, FULL_PROBE_SECONDS, PROBE_PAUSE_MAX, PollSchedule
from firmware_protocol.osdp.reader_link import BABBLE_PAUSE_FIRST, BABBLE_PAUSE_MAX, ReaderLink
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.timing import PROBE_DELAY_MAX, REPLY_DELAY_MAX


def link(address: int, state: LinkState = LinkState.ONLINE, *, silences: int = 0) -> ReaderLink:
    made = ReaderLink(ReaderSettings(address), random_bytes=bytes, emit=print)
    made.state = state
    made._silences = silences
    return made


def choices(schedule: PollSchedule, links: list[ReaderLink], count: int) -> list[int]:
    chosen = []
    for turn in range(1, count + 1):
        link = schedule.choose(links, float(turn))
        assert link is not None
        link.polled_at = float(turn)
        chosen.append(link.address)
    return chosen


def test_readers_take_turns() -> None:
    assert choices(PollSchedule(), [link(1), link(2), link(3)], 6) == [1, 2, 3, 1, 2, 3]


def test_a_reader_with_a_command_comes_first() -> None:
    links = [link(1), link(2)]
    links[1].online.queue.add(Buzzer())
    assert choices(PollSchedule(), links, 2) == [2, 2]


def test_a_reader_with_recent_activity_gets_every_fourth_turn_and_nobody_starves() -> None:
    links = [link(address) for address in range(1, 9)]
    links[7].online.active_at = 1e9
    chosen = choices(PollSchedule(), links, 40)
    assert chosen.count(8) > 40 / ACTIVE_TURN_EVERY - 1
    assert all(chosen.count(address) >= 3 for address in range(1, 8))


def test_a_reader_that_is_coming_online_need_not_wait_for_all_others() -> None:
    links = [link(address) for address in range(1, 8)]
    links.append(link(8, LinkState.CHALLENGING))
    chosen = choices(PollSchedule(), links, 40)
    assert chosen.count(8) > 40 / ACTIVE_TURN_EVERY - 1
    assert all(chosen.count(address) >= 3 for address in range(1, 8))


def test_a_silent_reader_goes_before_polls_but_after_commands() -> None:
    live, silent = link(1), link(2, silences=2)
    assert PollSchedule().choose([live, silent], 1.0) is silent
    live.online.queue.add(Buzzer())
    assert PollSchedule().choose([live, silent], 1.0) is live


def test_a_disabled_reader_has_no_turn() -> None:
    disabled = link(1, LinkState.DISABLED)
    assert PollSchedule().choose([disabled], 1.0) is None
    assert PollSchedule().next_due_at([disabled]) is None


def test_a_reader_that_is_not_due_waits() -> None:
    waiting = link(1)
    waiting.due_at = 2.0
    schedule = PollSchedule()
    assert schedule.choose([waiting], 1.0) is None
    assert schedule.next_due_at([waiting]) == 2.0
    assert schedule.choose([waiting], 2.0) is waiting


def test_a_live_reader_gets_its_own_time_to_answer() -> None:
    live = link(1)
    assert PollSchedule().begin(live, [live], 0.0) == live.reply_delay == REPLY_DELAY_MAX


def test_a_silent_reader_gets_a_short_time_while_others_are_alive() -> None:
    schedule, live, silent = PollSchedule(), link(1), link(2, silences=1)
    assert schedule.begin(silent, [live, silent], 0.0) == PROBE_DELAY_MAX
    assert schedule.begin(silent, [live, silent], FULL_PROBE_SECONDS - 1) == PROBE_DELAY_MAX


def test_once_a_minute_a_silent_reader_gets_the_whole_time() -> None:
    schedule, live, silent = PollSchedule(), link(1), link(2, LinkState.PROBING, silences=9)
    delays = [schedule.begin(silent, [live, silent], at) for at in (0.0, FULL_PROBE_SECONDS, FULL_PROBE_SECONDS + 1)]
    assert delays == [PROBE_DELAY_MAX, REPLY_DELAY_MAX, PROBE_DELAY_MAX]


def test_with_nobody_alive_a_first_probe_is_short_and_the_next_ones_long() -> None:
    probing = link(1, LinkState.PROBING)
    assert PollSchedule().begin(probing, [probing], 0.0) == PROBE_DELAY_MAX
    probing._silences = 1
    assert PollSchedule().begin(probing, [probing], 0.0) == REPLY_DELAY_MAX


def test_a_frame_lost_by_the_only_reader_is_repeated_at_that_readers_pace() -> None:
    lossy = link(1, silences=1)
    lossy.next_bytes(0.0)
    lossy._slowest_reply = 0.02
    assert PollSchedule().begin(lossy, [lossy], 1.0) == pytest.approx(0.06)


@pytest.mark.parametrize(("state", "pause"), [(LinkState.ONLINE, 0.06), (LinkState.PROBING, 0.58)])
def test_silent_readers_get_a_quarter_of_the_time_and_dead_ones_a_thirtieth(state: LinkState, pause: float) -> None:
    schedule, live, silent = PollSchedule(), link(1), link(2, state, silences=1)
    links = [live, silent]
    schedule.begin(silent, links, 10.0)
    schedule.handle_silence(10.02)
    assert schedule.choose(links, 10.02 + pause - 0.01) is live
    assert schedule.choose(links, 10.02 + pause + 0.001) is silent


def test_a_dead_reader_does_not_delay_the_repetition_of_a_frame_that_another_lost() -> None:
    schedule, live, dead = PollSchedule(), link(1), link(2, LinkState.PROBING, silences=9)
    links = [live, dead, link(3)]
    schedule.begin(dead, links, 10.0)
    schedule.handle_silence(10.02)
    live._silences = 1
    assert schedule.choose(links, 10.02) is live


def test_no_probe_holds_up_the_next_for_more_than_a_second() -> None:
    schedule, live, silent = PollSchedule(), link(1), link(2, silences=1)
    schedule.begin(silent, [live, silent], 10.0)
    schedule.handle_silence(11.0)
    assert schedule.choose([live, silent], 11.0 + PROBE_PAUSE_MAX) is silent


def test_the_budget_is_for_neighbours_and_a_live_readers_first_silence_is_free() -> None:
    schedule, live, silent = PollSchedule(), link(1), link(2, silences=1)
    schedule.begin(silent, [silent], 10.0)
    schedule.handle_silence(10.2)
    assert schedule.choose([live, silent], 10.2) is silent
    schedule = PollSchedule()
    schedule.begin(live, [live], 10.0)
    live._silences = 1
    schedule.handle_silence(10.2)
    assert schedule.choose([live, link(3)], 10.2) is live


def test_a_reader_that_lost_one_frame_is_alive_beside_one_that_babbles() -> None:
    schedule, links = PollSchedule(), [link(1, silences=1), link(2, silences=5)]
    schedule.begin(link(3, silences=1), links, now=0.0)
    assert schedule.begin(links[1], links, now=1.0) == PROBE_DELAY_MAX
    assert schedule.begin(links[0], links, now=2.0) == links[0].reply_delay


@pytest.mark.parametrize(("state", "pause"), [(LinkState.ONLINE, 0.9), (LinkState.PROBING, BABBLE_PAUSE_FIRST)])
def test_a_reader_that_held_the_line_with_noise_waits_although_nobody_else_is_alive(
    state: LinkState, pause: float
) -> None:
    schedule, dead, babbler = PollSchedule(), link(1, LinkState.PROBING, silences=9), link(2, state, silences=9)
    schedule.begin(babbler, [dead, babbler], 10.0)
    schedule.handle_noise([dead, babbler], 0.3, 10.3)
    assert babbler.due_at == pytest.approx(10.3 + pause)
    schedule.handle_noise([dead, babbler], 0.3, 11.0)
    assert babbler.due_at == pytest.approx(10.3 + pause), "once for each turn"


def test_a_garbled_reply_is_not_held_against_a_reader_nor_is_noise_where_it_has_no_neighbours() -> None:
    schedule, live, babbler = PollSchedule(), link(1), link(2, silences=3)
    schedule.begin(babbler, [live, babbler], 10.0)
    schedule.handle_noise([live, babbler], REPLY_DELAY_MAX, 10.2)
    schedule.begin(babbler, [babbler], 11.0)
    schedule.handle_noise([babbler], 0.5, 11.5)
    assert babbler.due_at == 0.0


def test_a_reader_that_goes_on_babbling_waits_longer_each_time() -> None:
    babbler = link(2, LinkState.PROBING, silences=9)
    pauses = []
    for _ in range(5):
        babbler.handle_babble(60.0, 10.0)
        pauses.append(babbler.due_at - 10.0)
    assert pauses == [BABBLE_PAUSE_FIRST, 2.0, 4.0, BABBLE_PAUSE_MAX, BABBLE_PAUSE_MAX]
