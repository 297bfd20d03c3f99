"""The one shape of every error that the API answers: RFC 9457 problem details."""

from typing import Any, Final

from pydantic import BaseModel, Field

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"


class ProblemField(BaseModel):
    """One field of the request that cannot be accepted."""

    field: str = Field(description="Dotted path, e.g. `texts.it`.", examples=["ends_on"])
    message: str = Field(examples=["The contract ends before it starts."])


class Problem(BaseModel):
    """What went wrong, and what to do."""

    type: str = Field(description="Stable name of the problem.", examples=["urn:tornello:problem:member_not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no member 'mem_...'."])
    request_id: str = Field(description="Quote it when you ask for help.")
    errors: list[ProblemField] = Field(default=[], description="The fields at fault, where fields are at fault.")


def problem_body(problem: Problem) -> dict[str, Any]:
    """The JSON object; `errors` only where there are any."""
    return problem.model_dump(exclude_defaults=True)


def problem_response() -> dict[str, Any]:
    """How OpenAPI describes an answer that carries a problem."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {"description": "A problem.", "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}}}


def describe_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Complete an OpenAPI document with the problem's schema; it takes the place of FastAPI's validation errors."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs"))
    schemas[Problem.__name__] = schema
    for operations in document["paths"].values():
        for operation in operations.values():
            if "422" in operation["responses"]:
                operation["responses"]["422"] = problem_response()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document
