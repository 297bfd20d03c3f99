"""The process that only works, without pages and API: the link to the gateways, the broker's list of revoked
certificates, the history of the state and of alarms. `serve --no-worker` is the other half.

Both halves may run on one machine or on several that share a PostgreSQL database. There several workers share the
link, each under a name of its own at the broker; elsewhere one keeps it, and another takes over when it ends.
"""

import asyncio
import logging
import signal

from cloud.access_events.journal_faults import keep_faults_short
from cloud.alarms.keeping import keep_alarms_short
from cloud.card_rules.keeping import keep_card_rules, keep_runs_short
from cloud.contracts.renewal_keeping import keep_contracts_going
from cloud.database import Database
from cloud.desired_state.history_keeping import keep_history_short
from cloud.enrolment.revocation_list import keep_list
from cloud.gateway_link.link import run_link
from cloud.gateway_link.share import DUTIES, Duty
from cloud.idempotency.keeping import keep_keys_short
from cloud.metrics.telling import metrics_of, tell_metrics
from cloud.phone_calls.keeping import keep_calls_short
from cloud.scheduled_operations.keeping import keep_operation_runs_short, keep_operations
from cloud.settings import Settings
from cloud.webhooks.delivering import keep_deliveries_short, keep_delivering

_logger = logging.getLogger(__name__)


async def work(settings: Settings, database: Database, duties: frozenset[Duty]) -> None:
    """Keep the link to the gateways, the list of revoked certificates and short histories until SIGTERM or SIGINT."""
    async with asyncio.TaskGroup() as tasks:
        address = settings.worker_metrics_listen
        working = start_working(tasks, settings, database, duties)
        working += tell_metrics(tasks, address, database, metrics_of(address, database))
        await stop_requested()
        for task in working:
            task.cancel()


def start_working(
    tasks: asyncio.TaskGroup, settings: Settings, database: Database, duties: frozenset[Duty] = DUTIES
) -> tuple[asyncio.Task[None], ...]:
    """Begin everything that the worker does, as tasks to be cancelled at the end."""
    return (
        tasks.create_task(run_link(settings, database, duties)),
        tasks.create_task(keep_list(settings.revocation_list, settings.authority_dir, database)),
        tasks.create_task(keep_history_short(database)),
        tasks.create_task(keep_contracts_going(database)),
        tasks.create_task(keep_alarms_short(database)),
        tasks.create_task(keep_faults_short(database)),
        tasks.create_task(keep_keys_short(database)),
        tasks.create_task(keep_delivering(settings, database)),
        tasks.create_task(keep_deliveries_short(database)),
        tasks.create_task(keep_card_rules(database)),
        tasks.create_task(keep_runs_short(database)),
        tasks.create_task(keep_operations(database)),
        tasks.create_task(keep_operation_runs_short(database)),
        tasks.create_task(keep_calls_short(database)),
    )


async def stop_requested() -> None:
    """Return at the first SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
    _logger.info("stopping")
