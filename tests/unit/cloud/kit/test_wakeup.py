import asyncio
from threading import Thread

from cloud.kit.wakeup import Subscription, Wakeups


def test_a_wake_up_from_another_thread_rouses_who_waits_for_its_topic() -> None:
    async def scenario() -> tuple[bool, bool]:
        wakeups = Wakeups()
        with wakeups.subscribe("gateways") as heard, wakeups.subscribe("other") as unheard:
            thread = Thread(target=wakeups.wake, args=("gateways",))
            thread.start()
            answers = await heard.wait(5), await unheard.wait(0)
            thread.join()
            return answers

    assert asyncio.run(scenario()) == (True, False)


def test_wake_ups_before_the_wait_are_remembered_as_one() -> None:
    async def scenario() -> list[bool]:
        wakeups = Wakeups()
        with wakeups.subscribe("gateways") as subscription:
            wakeups.wake("gateways")
            wakeups.wake("gateways")
            return [await subscription.wait(5), await subscription.wait(0)]

    assert asyncio.run(scenario()) == [True, False]


def test_waking_harms_nobody_after_the_loop_has_closed() -> None:
    wakeups = Wakeups()

    async def subscribe() -> Subscription:
        return wakeups.subscribe("gateways")

    subscription = asyncio.run(subscribe())
    wakeups.wake("gateways")
    wakeups.remove(subscription)
    wakeups.remove(subscription)
    wakeups.wake("gateways")
