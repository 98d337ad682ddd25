#!/usr/bin/env python3
"""Writes Sources/ClusterSimulator/Registry/Schemas/BuiltInSchemaText.swift.

usage: builtin_schemas.py <definitions.json>

The argument is a JSON document of Kubernetes' OpenAPI definitions (`definitions` of swagger.json, or the
`_definitions.json` in PyPI's kubernetes-validate). The result holds one line per type, in the notation that
BuiltInSchemas.swift reads and explains.
"""

import json
import pathlib
import sys

ROOTS = """
core.v1.Namespace core.v1.Node core.v1.Pod core.v1.Service core.v1.Endpoints core.v1.ConfigMap core.v1.Secret
core.v1.ServiceAccount core.v1.PersistentVolumeClaim core.v1.ResourceQuota core.v1.LimitRange core.v1.Event
core.v1.PodTemplate core.v1.PersistentVolume core.v1.Binding
apps.v1.Deployment apps.v1.ReplicaSet apps.v1.StatefulSet apps.v1.DaemonSet apps.v1.ControllerRevision
batch.v1.Job coordination.v1.Lease policy.v1.PodDisruptionBudget policy.v1.Eviction scheduling.v1.PriorityClass
discovery.v1.EndpointSlice events.v1.Event autoscaling.v2.HorizontalPodAutoscaler autoscaling.v1.Scale
networking.v1.NetworkPolicy storage.v1.StorageClass node.v1.RuntimeClass
rbac.v1.Role rbac.v1.RoleBinding rbac.v1.ClusterRole rbac.v1.ClusterRoleBinding
authorization.v1.SelfSubjectAccessReview authorization.v1.SubjectAccessReview
authorization.v1.SelfSubjectRulesReview authentication.v1.TokenReview authentication.v1.SelfSubjectReview
CustomResourceDefinition APIService
""".split()

PREFIXES = {
    "io.k8s.api.": "",
    "io.k8s.apimachinery.pkg.apis.meta.v1.": "meta.",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.": "",
    "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.": "",
    "io.k8s.apimachinery.pkg.api.resource.": "",
    "io.k8s.apimachinery.pkg.util.intstr.": "",
    "io.k8s.apimachinery.pkg.runtime.": "",
}
SCALARS = {
    "Quantity": "q", "IntOrString": "x", "meta.Time": "t", "meta.MicroTime": "u", "RawExtension": "o",
    "meta.FieldsV1": "o", "JSON": "o", "JSONSchemaPropsOrBool": "o",
    "JSONSchemaPropsOrArray": "o", "JSONSchemaPropsOrStringArray": "o", "JSONSchemaProps": "o",
}


def short(name):
    for prefix, replacement in PREFIXES.items():
        if name.startswith(prefix):
            return replacement + name[len(prefix):]
    return name


class Writer:
    def __init__(self, definitions):
        self.definitions = {short(name): value for name, value in definitions.items()}
        self.lines, self.pending, self.seen = [], [], set()

    def reference(self, name):
        name = short(name.rsplit("/", 1)[-1])
        if name in SCALARS:
            return SCALARS[name]
        if name not in self.seen:
            self.seen.add(name)
            self.pending.append(name)
        return "@" + name

    def type(self, schema):
        if "allOf" in schema:
            schema = {**schema, **schema["allOf"][0]}
        if "$ref" in schema:
            return self.reference(schema["$ref"])
        for alternative in schema.get("oneOf", schema.get("anyOf", [])):
            if "$ref" in alternative:
                return self.reference(alternative["$ref"])
        kind = schema.get("type", "object")
        if isinstance(kind, list):
            kind = next(entry for entry in kind if entry != "null")
        if kind == "array":
            return f"[{self.type(schema['items'])}]" + self.list_marks(schema)
        if kind == "object":
            values = schema.get("additionalProperties")
            atomic = "^" if schema.get("x-kubernetes-map-type") == "atomic" else ""
            return f"<{self.type(values)}>{atomic}" if isinstance(values, dict) else "o"
        return {"string": "s", "integer": "i", "number": "n", "boolean": "b"}[kind]

    def list_marks(self, schema):
        marks = ""
        if schema.get("x-kubernetes-list-type") == "map":
            marks = "{" + ",".join(schema["x-kubernetes-list-map-keys"]) + "}"
        elif schema.get("x-kubernetes-list-type") == "set":
            marks = "{}"
        if "merge" in schema.get("x-kubernetes-patch-strategy", "").split(","):
            marks += "~" + schema.get("x-kubernetes-patch-merge-key", "")
        return marks

    def write(self):
        for root in ROOTS:
            self.reference(root)
        while self.pending:
            name = self.pending.pop(0)
            definition = self.definitions[name]
            required = set(definition.get("required", []))
            fields = [
                field + ("*" if field in required else "") + ":" + self.type(schema)
                for field, schema in sorted(definition.get("properties", {}).items())
            ]
            atomic = "^" if definition.get("x-kubernetes-map-type") == "atomic" else ""
            self.lines.append(f"{name}{atomic} " + " ".join(fields))
        return sorted(self.lines)


def main():
    document = json.loads(pathlib.Path(sys.argv[1]).read_text())
    lines = Writer(document.get("definitions") or document["$defs"]).write()
    target = pathlib.Path(__file__).parent.parent / (
        "Sources/ClusterSimulator/Registry/Schemas/BuiltInSchemaText.swift")
    target.parent.mkdir(parents=True, exist_ok=True)
    text = "// Generated by scripts/builtin_schemas.py from Kubernetes' OpenAPI definitions. Do not edit.\n"
    text += "// swift-format-ignore-file\n\n"
    text += "extension BuiltInSchemas {\n    static let text = \"\"\"\n"
    text += "".join(f"        {line}\n" for line in lines)
    target.write_text(text + "        \"\"\"\n}\n")


if __name__ == "__main__":
    main()
