"""An example for every request body of an OpenAPI document, put together from the examples of its fields.

A field speaks by its own example, its choices or its type; what has none of these is in the table by its name. What no
composition gets right, because one field rules another, is written out by the name of its schema.
"""

from typing import Any, Final

_REFERENCES: Final = "#/components/schemas/"
_TAIL: Final = "06f3v7q8x0k2m4n6p8r0"
_PREFIXES: Final = {
    "action_type_id": "aty",
    "activity_id": "atv",
    "gateway_id": "gwy",
    "member_ids": "mem",
    "objection_ids": "obj",
    "old_id": "mem",
    "outcome_id": "out",
    "purpose_id": "prp",
    "room_id": "rom",
    "search_id": "sav",
    "site_id": "sit",
    "site_ids": "sit",
    "trainer_id": "stf",
    "zone_in_id": "zon",
    "zone_out_id": "zon",
}
_BY_NAME: Final = {
    "certificate_pem": "-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n",
    "challenge": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "csr_pem": "-----BEGIN CERTIFICATE REQUEST-----\n...\n-----END CERTIFICATE REQUEST-----\n",
    "key_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "password": "correct horse battery",
    "reason": "Threatened a receptionist.",
    "signature": "MEUCIQDYkq0x",
    "text": "Asked for a call on Monday.",
    "token": "K7QM-2XRA-9TWC",
    "why": "Stolen with the turnstile's controller.",
}
_BY_SCHEMA: Final = {
    "CommandIn": {"request_id": "1c9b4a52-7a5e-4f0e-9a67-6f1f4d1f2b11", "kind": "lane_mode", "mode": "locked"},
    "SearchChange": {"name": "Without a certificate", "is_shared": True},
}
_BY_FORMAT: Final = {"date": "2026-12-24", "date-time": "2026-12-24T18:00:00Z", "time": "18:00:00"}
_NONE: Final = object()


def describe_requests(document: dict[str, Any]) -> dict[str, Any]:
    """Give every JSON body of the document its `example`."""
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None and (found := _example("", body["schema"], schemas)) is not _NONE:
                body["example"] = found
    return document


def _example(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    reference = schema.get("$ref", "").removeprefix(_REFERENCES)
    if reference in _BY_SCHEMA:
        return _BY_SCHEMA[reference]
    if reference:
        return _example(name, schemas[reference], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    for options in (schema.get("enum"), [schema["const"]] if "const" in schema else None):
        if options:
            return options[0]
    return _of_parts(name, schema, schemas)


def _of_parts(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    options = schema.get("anyOf") or schema.get("oneOf") or ()
    found = (_example(name, option, schemas) for option in options if option.get("type") != "null")
    if options:
        return next((each for each in found if each is not _NONE), _NONE)
    if "properties" in schema:
        parts = {each: _example(each, value, schemas) for each, value in schema["properties"].items()}
        return {each: value for each, value in parts.items() if value is not _NONE}
    if schema.get("type") == "array":
        item = _example(name, schema.get("items", {}), schemas)
        return _NONE if item is _NONE else [item] * schema.get("minItems", 1)
    return _of_value(name, schema)


def _of_value(name: str, schema: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "boolean":
        return schema.get("default", True)
    if kind == "integer":
        return int(schema.get("default") or schema.get("minimum") or 1)
    if kind != "string":
        return _NONE
    if name in _PREFIXES:
        return f"{_PREFIXES[name]}_{_TAIL}"
    return _BY_NAME.get(name) or _BY_FORMAT.get(schema.get("format", ""), _NONE)
