"""The CRD as an API server with CEL judges by it: structure by JSON Schema, rules by Google's CEL implementation."""

import functools
import pathlib

import jsonschema
import yaml
from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PATH = REPOSITORY / "crds/serving.deepseek.io_deepseekclusters.yaml"
_ENVIRONMENT = cel.NewEnv(
    variables={"self": cel.Type.DYN, "oldSelf": cel.Type.DYN},
    extensions=[ext_strings.ExtStrings(), ext_optional.ExtOptional()],
)


def load():
    """The schema of the CRD's only version."""
    return yaml.safe_load(PATH.read_text(encoding="utf-8"))["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def examples():
    """Every DeepSeekCluster in examples/, with the name of its file."""
    for path in sorted((REPOSITORY / "examples").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] == "DeepSeekCluster":
                yield path.name, document


def children(schema):
    """The schemas directly inside a schema."""
    yield from schema.get("properties", {}).values()
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield schema[key]


def rules(schema):
    """Every rule, with the schema that it stands in."""
    for rule in schema.get("x-kubernetes-validations", []):
        yield schema, rule
    for child in children(schema):
        yield from rules(child)


@functools.cache
def _compile(expression):
    return _ENVIRONMENT.compile(expression)


def compile_rule(rule):
    """Raises when the rule is no valid CEL."""
    return _compile(rule["rule"])


def structural_errors(schema, value):
    """What the structure refuses; unknown fields count, as with kubectl's strict validation."""
    strict = _strict(schema)
    # The API server itself knows what metadata may hold.
    strict["properties"]["metadata"] = {"type": "object"}
    validator = jsonschema.Draft202012Validator(strict)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def rule_errors(schema, value):
    """The messages of the rules that refuse the value, outermost first. A rule that cannot be evaluated refuses."""
    return [broken["message"] for broken in broken_rules(schema, value)]


def broken_rules(schema, value, field=""):
    """The rules that refuse the value, each with its message and the field that the API server names."""
    for rule in schema.get("x-kubernetes-validations", []):
        verdict = compile_rule(rule).eval(data={"self": value})
        place = (field + rule.get("fieldPath", "")).removeprefix(".")
        if verdict.type() != cel.Type.BOOL:
            yield {"field": place, "message": f"{rule['rule']}: {verdict.value()}"}
        elif not verdict.plain_value():
            yield {"field": place, "message": rule.get("message", rule["rule"])}
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name, member in value.items():
            inner = known.get(name, schema.get("additionalProperties"))
            if isinstance(inner, dict):
                yield from broken_rules(inner, member, f"{field}.{name}")
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from broken_rules(schema["items"], element, f"{field}[{index}]")


def _strict(schema):
    """The same schema for a JSON Schema validator, with Kubernetes' own words spelled out."""
    if not isinstance(schema, dict):
        return schema
    strict = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    if schema.get("x-kubernetes-int-or-string"):
        strict.pop("type", None)
        strict["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if "properties" in schema:
        strict["properties"] = {name: _strict(inner) for name, inner in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            strict["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            strict[key] = _strict(schema[key])
    return strict
