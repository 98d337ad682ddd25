#!/usr/bin/env python3
"""Writes Sources/ClusterSimulator/Protobuf/ProtobufMessageText.swift.

usage: protobuf_messages.py <folder>

The folder holds Kubernetes' `api` and `apimachinery` modules: `staging/src/k8s.io` of its source tree (Debian's source
package of kubernetes has it; scripts/control-plane.sh says how that is downloaded). Of their Go structs the tags are
read, which give each field's protobuf number and JSON name, and the types, which say whether Go writes a zero value.
The result holds one line per message, in the notation that ProtobufMessages.swift reads and explains.

Kinds and fields younger than that package (1.20) are in the lists below.
"""

import pathlib
import re
import sys

from builtin_schemas import ROOTS

TARGET = pathlib.Path(__file__).parent.parent / "Sources/ClusterSimulator/Protobuf/ProtobufMessageText.swift"
# Not decoded: no client of these is known to send anything but JSON.
WITHOUT = {"CustomResourceDefinition", "APIService", "discovery.v1.EndpointSlice"}
MORE_ROOTS = ["meta.DeleteOptions", "authentication.v1.TokenRequest"]
# Versions that the package lacks are the same messages as the last ones before them.
SAME_AS = {"autoscaling.v2": "autoscaling.v2beta2", "policy.v1": "policy.v1beta1"}
YOUNGER = {
    "authentication.v1.SelfSubjectReview": "metadata=1@meta.ObjectMeta status=2@authentication.v1.SelfSubjectReviewStatus",
    "authentication.v1.SelfSubjectReviewStatus": "userInfo=1@authentication.v1.UserInfo",
    "autoscaling.v2.HPAScalingRules": "tolerance=4!q",
    "batch.v1.JobSpec": "completionMode=9!s suspend=10!b backoffLimitPerIndex=12!j maxFailedIndexes=13!j "
    "podReplacementPolicy=14!s managedBy=15!s",
    "core.v1.Container": "resizePolicy=23[@core.v1.ContainerResizePolicy] restartPolicy=24!s",
    "core.v1.ContainerResizePolicy": "resourceName=1!s restartPolicy=2!s",
    "core.v1.GRPCAction": "port=1!j service=2!s",
    "core.v1.Handler": "grpc=4@core.v1.GRPCAction",
    "core.v1.PodAffinityTerm": "namespaceSelector=4@meta.LabelSelector matchLabelKeys=5[s] mismatchLabelKeys=6[s]",
    "core.v1.PodOS": "name=1!s",
    "core.v1.PodSchedulingGate": "name=1!s",
    "core.v1.PodSpec": "os=36@core.v1.PodOS hostUsers=37!b schedulingGates=38[@core.v1.PodSchedulingGate]",
    "core.v1.Probe": "terminationGracePeriodSeconds=7!i",
    "core.v1.ServiceSpec": "loadBalancerClass=21!s internalTrafficPolicy=22!s trafficDistribution=23!s",
    "core.v1.TopologySpreadConstraint": "minDomains=5!j nodeAffinityPolicy=6!s nodeTaintsPolicy=7!s "
    "matchLabelKeys=8[s]",
    "coordination.v1.LeaseSpec": "strategy=6!s preferredHolder=7!s",
    "networking.v1.NetworkPolicyPort": "endPort=3!j",
    "policy.v1.PodDisruptionBudgetSpec": "unhealthyPodEvictionPolicy=4!s",
    "policy.v1.PodDisruptionBudgetStatus": "conditions=7[@meta.Condition]",
}
SCALARS = {
    "string": "s", "bool": "b", "int32": "j", "int64": "i", "[]byte": "y", "resource.Quantity": "q",
    "intstr.IntOrString": "x", "meta.Time": "t", "meta.MicroTime": "u", "runtime.RawExtension": "r",
    "meta.FieldsV1": "r", "types.UID": "s",
}
STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^type (\w+) (?!struct|interface|func)=?\s*(\S+)$", re.MULTILINE)
FIELD = re.compile(r"^\t([\w.]+)(?:[ \t]+(\S+))?[ \t]+`(.*)`", re.MULTILINE)
IMPORT = re.compile(r'^\t(?:(\w+) )?"k8s\.io/(api|apimachinery)/(\S+)"$', re.MULTILINE)


class Package:
    """The types of one Go package, by name."""

    def __init__(self, files):
        self.structs, self.named, self.imports = {}, {}, {}
        for file in files:
            text = file.read_text()
            for alias, module, path in IMPORT.findall(text):
                name = path.rsplit("/", 1)[-1]
                parts = path.split("/")
                full = "meta" if path == "pkg/apis/meta/v1" else ".".join(parts) if module == "api" else name
                self.imports[alias or name] = full
            for name, body in STRUCT.findall(text):
                self.structs[name] = FIELD.findall(body)
            for name, target in NAMED.findall(text):
                self.named[name] = target


class Writer:
    def __init__(self, folder):
        self.packages = {"meta": Package((folder / "apimachinery/pkg/apis/meta/v1").glob("*types.go"))}
        for file in sorted(folder.glob("api/*/*/types.go")):
            self.packages[f"{file.parts[-3]}.{file.parts[-2]}"] = Package([file])
        for version, last in SAME_AS.items():
            if last in self.packages:
                self.packages.setdefault(version, self.packages[last])
        self.lines, self.pending, self.seen = {}, [], set()

    def message(self, name):
        if name not in self.seen:
            self.seen.add(name)
            self.pending.append(name)
        return "@" + name

    def type(self, go, package):
        """The notation of a Go type. Only what is reached from the roots has to be known."""
        go = go.removeprefix("*")
        if go in SCALARS:
            return SCALARS[go]
        if go.startswith("[]"):
            return f"[{self.type(go[2:], package)}]"
        if go.startswith("map["):
            return f"<{self.type(go[go.index(']') + 1:], package)}>"
        if "." in go:
            alias, name = go.split(".")
            package = self.packages[package].imports.get(alias, alias)
        else:
            name = go
        if f"{package}.{name}" in SCALARS:
            return SCALARS[f"{package}.{name}"]
        named = self.packages[package].named.get(name)
        if named is None:
            return self.message(f"{package}.{name}")
        # A named list is a message of its own: `items = 1`.
        return "w" if named == "[]string" else self.type(named, package)

    def field(self, name, go, tags, package):
        protobuf = re.search(r'protobuf:"[^"]*?(\d+),', tags)
        if not protobuf:
            return None
        json = re.search(r'json:"([^",]*)(,omitempty)?', tags)
        kind = self.type(go or name, package)
        # What Go leaves out of JSON when it is zero is written to protobuf all the same.
        is_kept = (go or "").startswith("*") or not json[2]
        return f"{json[1] or '+'}={protobuf[1]}{'!' if is_kept and kind in 'sbjiqx' else ''}{kind}"

    def write(self):
        for root in [*ROOTS, *MORE_ROOTS]:
            if root not in WITHOUT:
                self.message(root)
        while self.pending:
            full = self.pending.pop(0)
            package, name = full.rsplit(".", 1)
            fields = (self.field(*field, package) for field in self.packages[package].structs.get(name, []))
            known = [field for field in fields if field]
            names = {field.split("=")[0] for field in known}
            younger = [field for field in YOUNGER.get(full, "").split() if field.split("=")[0] not in names]
            for reference in re.findall(r"@([\w.]+)", " ".join(younger)):
                self.message(reference)
            self.lines[full] = known + younger
            if not self.lines[full]:
                raise SystemExit(f"no fields of {full} are known")
        return self.lines


def main():
    lines = Writer(pathlib.Path(sys.argv[1])).write()
    text = "// Generated by scripts/protobuf_messages.py from the tags of Kubernetes' Go types. Do not edit.\n"
    text += "// swift-format-ignore-file\n\n"
    text += "extension ProtobufMessages {\n    static let text = \"\"\"\n"
    text += "".join(f"        {name} {' '.join(fields)}\n" for name, fields in sorted(lines.items()))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text + "        \"\"\"\n}\n")


if __name__ == "__main__":
    main()
