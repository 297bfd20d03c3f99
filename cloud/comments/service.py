"""Say something about a person, and read what was said."""

from typing import Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.comments.models import Comment
from cloud.database import UnitOfWork
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.members import service as members

TEXT_CHARACTERS_MAX: Final = 4000


def add(session: UnitOfWork, actor: Actor, member_id: str, text: str) -> Comment:
    """Keep a comment of 1 to 4000 characters. The audit log holds that it was made, not what it says.

    Raises:
        NotFoundError: there is no such member.
        ConflictError: they were erased.
    """
    assert actor.kind == "staff", "comments are made by staff"
    members.take(session, member_id)
    comment = Comment(id=new_id("cmt"), member_id=member_id, text=text, written_by=actor.id, written_at=session.now)
    session.add(comment)
    session.flush()
    audit.record(session, actor, "comment.create", entity=("comment", comment.id), after={"member_id": member_id})
    return comment


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Comment]:
    """What was ever said about a member, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    query = select(Comment).where(Comment.member_id == member_id)
    return page_by_id(session, query, Comment.id, after=after, limit=limit)
