"""What comments tell of a member's past."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.comments.models import Comment
from cloud.database import UnitOfWork
from cloud.past import PastLine, Source, Wanted, is_behind


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    query = (
        select(Comment)
        .where(Comment.member_id == wanted.member_id, is_behind(Comment.written_at, Comment.id, wanted.behind))
        .order_by(Comment.written_at.desc(), Comment.id.desc())
        .limit(wanted.limit)
    )
    return [
        PastLine(comment.written_at, comment.id, "comment", "said", who=comment.written_by, text=comment.text)
        for comment in session.scalars(query)
    ]


SOURCES: Final = (Source(("comment",), "members.read", _read),)
