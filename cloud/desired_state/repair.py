"""What a gateway needs whose state differs in some of the 256 buckets: all rows of those, at the head.

The gateway tells what it has counted on its disk, so nothing has to be believed of what it was ever sent.
"""

from typing import Final

from cloud.database import UnitOfWork
from cloud.desired_state import repository, service
from sync_protocol.digest import Digest, bucket_of
from sync_protocol.messages import BucketRepair
from sync_protocol.state_rows import parse_row

BUCKETS_MAX: Final = 64
PARTS_MAX: Final = 16
"""More than a quarter of the buckets, or more rows than this, and the whole state is the better answer."""


def repair_since(session: UnitOfWork, site_id: str, revision: int, buckets: bytes) -> tuple[BucketRepair, ...] | None:
    """The buckets that differ from what a gateway has at a revision; None if only the whole helps.

    The session must see one consistent view, as for `service.delta_since`.
    """
    head = repository.find_head(session, site_id)
    if head is None or not 0 < revision <= head.revision:
        return None
    digest = Digest(head.digest)
    differing = digest.differing(Digest(buckets))
    if len(differing) > BUCKETS_MAX:
        return None
    wanted = frozenset(differing)
    keys = (
        [key for key in repository.list_standing_keys(session, site_id) if bucket_of(key) in wanted] if wanted else []
    )
    parts = list(service.parts_of(repository.list_rows_by_keys(session, site_id, keys))) or [[]]
    if len(parts) > PARTS_MAX:
        return None
    return tuple(
        BucketRepair(
            from_revision=revision,
            to_revision=head.revision,
            index=index,
            count=len(parts),
            digest_root=digest.root(),
            buckets=bytes(differing),
            rows=tuple(parse_row(row.body) for row in part),
        )
        for index, part in enumerate(parts)
    )
