import asyncio

from provisioning.virtual_turnstile.change_signal import ChangeSignal


def test_who_waits_is_woken_by_the_next_change() -> None:
    async def scenario() -> bool:
        signal = ChangeSignal()
        waiting = asyncio.ensure_future(signal.wait_beyond(signal.version, 5.0))
        asyncio.get_running_loop().call_soon(signal.notify)
        return await waiting

    assert asyncio.run(scenario())


def test_a_change_that_was_missed_is_not_waited_for() -> None:
    async def scenario() -> bool:
        signal = ChangeSignal()
        seen = signal.version
        signal.notify()
        return await signal.wait_beyond(seen, 5.0)

    assert asyncio.run(scenario())


def test_waiting_ends_with_the_time_out() -> None:
    async def scenario() -> bool:
        signal = ChangeSignal()
        return await signal.wait_beyond(signal.version, 0.0)

    assert not asyncio.run(scenario())


def test_a_closed_signal_holds_nobody() -> None:
    async def scenario() -> tuple[bool, bool, bool]:
        signal = ChangeSignal()
        waiting = asyncio.ensure_future(signal.wait_beyond(signal.version, 5.0))
        asyncio.get_running_loop().call_soon(signal.close)
        return await waiting, await signal.wait_beyond(signal.version, 5.0), signal.is_closed

    assert asyncio.run(scenario()) == (False, False, True)
