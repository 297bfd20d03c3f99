"""A flag with its proof: what each gateway has in force. Above `flags`, which knows nothing of gateways."""

from fastapi import APIRouter

from cloud.api import ReadSession, problems
from cloud.desired_state import service
from cloud.desired_state.schemas import FlagWithProof, ProofOut
from cloud.flags import service as flags
from cloud.flags.schemas import FlagOut
from cloud.staff.api import require

router = APIRouter(tags=["flags"])


@router.get("/flags/{flag_id}", dependencies=[require("members.read")], responses=problems(401, 403, 404))
def get_flag(flag_id: str, session: ReadSession) -> FlagWithProof:
    """One flag, raised or cleared, and where it is in force."""
    flag = FlagOut.model_validate(flags.get_flag(session, flag_id))
    proof = [ProofOut.model_validate(one) for one in service.flag_proof(session, flag_id)]
    return FlagWithProof(**flag.model_dump(), proof=proof)
