"""Takes in the parts of a support bundle, and only those that somebody asked for."""

from cloud.database import UnitOfWork
from cloud.gate_commands import repository
from cloud.gate_commands.models import DiagnosticsChunk
from cloud.sites.models import Gateway
from sync_protocol.errors import MalformedMessageError
from sync_protocol.gate_commands import PART_BYTES_MAX, PARTS_MAX
from sync_protocol.messages import DiagnosticsPart


def take_part(session: UnitOfWork, gateway: Gateway, part: DiagnosticsPart) -> None:
    """Keep one part; one that nobody waits for is left out.

    Raises:
        MalformedMessageError: it is larger, or there are more of them, than a gateway may send.
    """
    if not (0 <= part.index < part.count <= PARTS_MAX and 0 < len(part.data) <= PART_BYTES_MAX):
        raise MalformedMessageError("this is no part of a support bundle")
    command = repository.lock_command(session, part.command_id)
    if command is None or command.gateway_id != gateway.id:
        return
    if command.kind != "collect_diagnostics" or command.state != "sent":
        return
    session.merge(DiagnosticsChunk(command_id=command.id, index=part.index, count=part.count, data=part.data))
