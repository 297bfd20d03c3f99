from cloud.kit.problems import Problem, ProblemField, describe_problems, problem_body


def problem(**changes: object) -> Problem:
    return Problem.model_validate(
        {"type": "urn:x", "title": "T", "status": 404, "detail": "D", "request_id": "r"} | changes
    )


def test_errors_are_listed_only_where_there_are_any() -> None:
    assert problem_body(problem()) == {
        "type": "urn:x",
        "title": "T",
        "status": 404,
        "detail": "D",
        "request_id": "r",
    }
    field = ProblemField(field="ends_on", message="too early")
    assert problem_body(problem(errors=[field]))["errors"] == [{"field": "ends_on", "message": "too early"}]


def test_a_document_refers_to_problems_instead_of_validation_errors() -> None:
    document = {
        "paths": {"/a": {"post": {"responses": {"422": {"$ref": "HTTPValidationError"}, "200": {}}}}},
        "components": {"schemas": {"HTTPValidationError": {}, "ValidationError": {}}},
    }
    described = describe_problems(document)
    assert set(described["components"]["schemas"]) == {"Problem", "ProblemField"}
    assert "application/problem+json" in described["paths"]["/a"]["post"]["responses"]["422"]["content"]
