"""Flags and tasks with their proof: what each gateway has in force. Above those nouns, which know no gateways."""

from fastapi import APIRouter

from cloud.api import ReadSession, problems
from cloud.desired_state import service
from cloud.desired_state.schemas import FlagWithProof, ProofOut
from cloud.flags import service as flags
from cloud.flags.schemas import FlagOut
from cloud.staff.api import require
from cloud.tasks import service as tasks

router = APIRouter(tags=["flags"])


@router.get("/flags/{flag_id}", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def get_flag(flag_id: str, session: ReadSession) -> FlagWithProof:
    """One flag, raised or cleared, and where it is in force."""
    flag = FlagOut.model_validate(flags.get_flag(session, flag_id))
    proof = [ProofOut.model_validate(one) for one in service.flag_proof(session, flag_id)]
    return FlagWithProof(**flag.model_dump(), proof=proof)


@router.get("/tasks/{task_id}/proof", dependencies=[require("tasks.read")], responses=problems(401, 403, 404))
def get_task_proof(task_id: str, session: ReadSession) -> list[ProofOut]:
    """Where what the task does at the gate is in force, or lifted; empty if it never did anything there."""
    tasks.get(session, task_id)
    return [ProofOut.model_validate(one) for one in service.flag_proof(session, task_id)]
