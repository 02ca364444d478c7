"""Compares a server's answers with its OpenAPI document.

Standard input: {"document": ..., "answers": [{"path": a path of the document, "method", "status", "headers": {lower-case
name: value}, "body"}]}. Writes what is wrong, a line each; nothing if all is well. An answer that has a field that the
document does not know is wrong, though the document leaves that open to later servers.
"""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator


def closed(schema):
    """The schema, of objects with no other fields than it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema and "additionalProperties" not in schema:
        made["additionalProperties"] = False
    return made


def wrong(document, schemas, answer):
    def resolve(node):
        while "$ref" in node:
            place = document
            for key in node["$ref"].removeprefix("#/").split("/"):
                place = place[key]
            node = place
        return node

    def violations(schema, value):
        validator = Draft202012Validator({**schema, "components": {"schemas": schemas}})
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    responses = document["paths"][answer["path"]][answer["method"].lower()]["responses"]
    status = str(answer["status"])
    response = responses.get(status, responses.get("default"))
    if response is None:
        return ["the status is not in the document"]
    response = resolve(response)
    found = []
    for name, header in response.get("headers", {}).items():
        header = resolve(header)
        value = answer["headers"].get(name.lower())
        if value is None and header.get("required"):
            found.append(f"the header {name} is missing")
        elif value is not None:
            kind = resolve(header["schema"]).get("type")
            found += violations(header["schema"], int(value) if kind == "integer" else value)
    if answer["body"] == "":
        if answer["method"] != "HEAD" and "content" in response and "*/*" not in response["content"]:
            found.append("there is no body")
        return found
    content = response.get("content", {})
    kind = answer["headers"].get("content-type", "")
    if "*/*" in content:
        return found
    if kind not in content:
        return found + [f"its type is {kind}"]
    schema = content[kind]["schema"]
    if kind == "text/event-stream":
        values = [json.loads(line[6:]) for line in answer["body"].split("\n") if line.startswith("data: ")]
    elif kind == "application/x-ndjson":
        values = [json.loads(line) for line in answer["body"].splitlines() if line]
    elif kind.endswith("json"):
        values = [json.loads(answer["body"])]
    else:
        values = [answer["body"]]
    if not values:
        found.append("there is nothing in it")
    for value in values:
        found += violations(schema, value)
    return found


def main():
    told = json.load(sys.stdin)
    document = told["document"]
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        print(f"the document: {error.message}")
    schemas = closed(document["components"]["schemas"])
    for answer in told["answers"]:
        for what in wrong(document, schemas, answer):
            print(f"{answer['method']} {answer['path']} {answer['status']}: {what}")


main()
