"""Evaluates the CEL rules of the CRD with a CEL library on resources whose verdicts are known.

The bad resources of Tests/Fixtures that CEL refuses must fail exactly the rules that they name, all others none; and
every rule must be broken by at least one. Prints what differs and ends with status 1 then.
"""

import pathlib
import sys

import yaml
from cel_expr_python import cel

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "Tests" / "Fixtures"
CRD = ROOT / "crds" / "serving.deepseek.io_deepseekclusters.yaml"


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class Rules:
    """The rules of a schema, compiled, with the schema's place."""

    def __init__(self, schema):
        self.environment = cel.NewEnv(variables={"self": cel.Type.DYN})
        self.schema = schema
        self.compiled = {}
        self.broken = set()
        self.count = 0
        self._compile(schema)

    def _compile(self, schema):
        for rule in schema.get("x-kubernetes-validations", []):
            self.count += 1
            self.compiled[rule["rule"]] = self.environment.compile(rule["rule"])
        for child in self._children(schema):
            self._compile(child)

    @staticmethod
    def _children(schema):
        yield from schema.get("properties", {}).values()
        for key in ("items", "additionalProperties"):
            if key in schema:
                yield schema[key]

    def messages(self, value):
        """The messages of the rules that a resource breaks."""
        return list(self._messages(self.schema, value))

    def _messages(self, schema, value):
        for rule in schema.get("x-kubernetes-validations", []):
            result = self.compiled[rule["rule"]].eval(data={"self": value}).value()
            if not isinstance(result, bool):
                raise RuntimeError(f"{rule['rule']}: {result}")
            if not result:
                self.broken.add((rule["rule"], rule["message"]))
                yield rule["message"]
        if isinstance(value, dict):
            for name, member in value.items():
                child = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
                if child is not None:
                    yield from self._messages(child, member)
        elif isinstance(value, list) and "items" in schema:
            for element in value:
                yield from self._messages(schema["items"], element)


def merged(target, patch):
    """JSON Merge Patch, RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def main():
    version = load(CRD)["spec"]["versions"][0]
    rules = Rules(version["schema"]["openAPIV3Schema"])
    problems = []
    rows = 0

    minimal = load(FIXTURES / "resources" / "minimal.yaml")
    for good in load(FIXTURES / "good-resources" / "patches.yaml"):
        rows += 1
        found = rules.messages(merged(minimal, {"spec": good["spec"]}))
        if found:
            problems.append(f"good resource '{good['name']}' breaks: {found}")

    for expected in load(FIXTURES / "bad-resources" / "expected.yaml"):
        if expected["refusedBy"] == "schema":
            continue
        rows += 1
        found = rules.messages(load(FIXTURES / "bad-resources" / expected["file"]))
        if expected["refusedBy"] != "cel":
            if found:
                problems.append(f"{expected['file']} breaks: {found}")
        elif len(found) != 1 or expected["message"] not in found[0]:
            problems.append(f"{expected['file']}: expected '{expected['message']}', found {found}")

    distinct = {(rule, message) for rule, message in rules.broken}
    if len(distinct) != len(rules.compiled):
        unbroken = set(rules.compiled) - {rule for rule, _ in distinct}
        problems.append(f"rules that no resource breaks: {unbroken}")
    print(f"{rules.count} rules, {rows} resources, {len(problems)} problems")
    print("\n".join(problems))
    return 1 if problems or rules.count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
