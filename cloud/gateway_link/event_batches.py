"""Several batches of events, which a gateway has sent one after the other, as one."""

from collections.abc import Sequence
from itertools import chain, pairwise

from cloud.gateway_link.voices import Word
from sync_protocol.codec import parse_message
from sync_protocol.messages import EventBatch


def join_batches(words: Sequence[Word]) -> EventBatch | None:
    """All events of these words, to be heard as the last of them; None if they are not of one journal and voice.

    Whether those before the last were heard already needs no look: events are known by their numbers.

    Raises:
        SyncProtocolError: what was said is not well-formed.
    """
    if any(one.serial != other.serial or one.number >= other.number for one, other in pairwise(words)):
        return None
    batches = [parse_message(word.payload, "up", "events") for word in words]
    found = [batch for batch in batches if isinstance(batch, EventBatch)]
    epochs = {batch.journal_epoch for batch in found}
    if len(epochs) != 1:
        return None
    return EventBatch(epochs.pop(), tuple(chain.from_iterable(batch.events for batch in found)))
