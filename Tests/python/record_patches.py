"""Records how a real API server answers sequences of patches, for the simulator's tests to repeat.

Usage: record_patches.py <output.jsonl>, with kubectl on the PATH and KUBECONFIG naming a cluster that may be written to
(Kubernetes 1.20 or later). Every object that it makes is deleted again. The output holds each request with its answer,
less what differs from run to run: times, uids and resource versions.
"""

import json
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64decode

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON = "application/json"

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
GAUGE = "/apis/patch.example.com/v1/namespaces/default/gauges/g"
CONFIG_MAP = "/api/v1/namespaces/default/configmaps/recorded"
DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/recorded"


def keyed_list(keys, properties):
    item = {"type": "object", "required": keys[:1], "properties": properties}
    return {"type": "array", "items": item, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
TEXTS = {"type": "array", "items": TEXT}
SPEC = {
    "replicas": NUMBER,
    "size": {"type": "string", "default": "small"},
    "note": {"type": "string", "nullable": True},
    "args": TEXTS,
    "tags": {**TEXTS, "x-kubernetes-list-type": "set"},
    "limits": {"type": "object", "additionalProperties": NUMBER},
    "selector": {"type": "object", "additionalProperties": TEXT, "x-kubernetes-map-type": "atomic"},
    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "deep": {"type": "object", "properties": {"a": NUMBER, "b": NUMBER, "base": NUMBER}},
    "items": keyed_list(["name"], {"name": TEXT, "value": NUMBER, "more": {"type": "object", "properties": {"x": NUMBER}}}),
    "ports": keyed_list(
        ["port", "protocol"], {"port": NUMBER, "protocol": {"type": "string", "default": "TCP"}, "name": TEXT}
    ),
}
STATUS = {
    "phase": TEXT,
    "replicas": NUMBER,
    "conditions": keyed_list(["type"], {"type": TEXT, "status": TEXT, "reason": TEXT}),
}
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "gauges.patch.example.com"},
    "spec": {
        "group": "patch.example.com",
        "scope": "Namespaced",
        "names": {"kind": "Gauge", "plural": "gauges"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": SPEC},
                            "status": {"type": "object", "properties": STATUS},
                        },
                    }
                },
            }
        ],
    },
}


def applied(path, manager, body, force=False):
    kinds = {GAUGE: ("patch.example.com/v1", "Gauge"), CONFIG_MAP: ("v1", "ConfigMap"), DEPLOYMENT: ("apps/v1", "Deployment")}
    version, kind = kinds[path.removesuffix("/status")]
    query = f"?fieldManager={manager}" + ("&force=true" if force else "")
    metadata = {"name": path.removesuffix("/status").rsplit("/", 1)[1], **body.get("metadata", {})}
    return ("PATCH", path + query, APPLY, {"apiVersion": version, "kind": kind, **body, "metadata": metadata})


def patched(path, manager, body, content_type=MERGE):
    return ("PATCH", f"{path}?fieldManager={manager}", content_type, body)


def gauge(manager, spec, force=False, **metadata):
    body = {"spec": spec}
    if metadata:
        body["metadata"] = metadata
    return applied(GAUGE, manager, body, force)


def gauge_status(manager, status, force=False):
    return applied(GAUGE + "/status", manager, {"status": status}, force)


# What versions answer in different ways is left out: writes of the status through the main resource and of the wish
# through the status (ownership of what was not stored, until 1.22), the order of lists whose order an apply changes, empty
# maps in an apply, nested fields that no schema describes.
#
# Kubernetes before 1.21 leaves a null where an apply removed the last value of a list or map, and then refuses the
# object. The base object has a value of its own in each, so that no list and no map is ever emptied.
BASE = {
    "apiVersion": "patch.example.com/v1",
    "kind": "Gauge",
    "metadata": {"name": "g"},
    "spec": {
        "tags": ["base"],
        "limits": {"base": 1},
        "free": {"base": 1},
        "deep": {"base": 1},
        "items": [{"name": "base"}],
        "ports": [{"port": 1}],
    },
}
CREATE = ("POST", GAUGE.rsplit("/", 1)[0] + "?fieldManager=root", JSON, BASE)


def container(**fields):
    return {"spec": {"template": {"spec": {"containers": [{"name": "main", **fields}]}}}}


WORKLOAD = {
    "spec": {
        "paused": True,
        "replicas": 2,
        "selector": {"matchLabels": {"app": "r"}},
        "template": {
            "metadata": {"labels": {"app": "r"}},
            "spec": {
                "containers": [
                    {
                        "name": "main",
                        "image": "nginx:1",
                        "ports": [{"containerPort": 80}],
                        "env": [{"name": "A", "value": "1"}],
                        "resources": {
                            "requests": {"cpu": "0.5", "memory": "1024Mi"},
                            "limits": {"cpu": "1000m", "memory": "1.5Gi", "example.com/gpu": "2"},
                        },
                    }
                ]
            },
        },
    }
}

SEQUENCES = {
    "shared ownership of a custom resource": [
        CREATE,
        gauge("alice", {"replicas": 1, "items": [{"name": "a", "value": 1}], "tags": ["x"], "limits": {"cpu": 1}}),
        gauge("alice", {"replicas": 1, "items": [{"name": "a", "value": 1}], "tags": ["x"], "limits": {"cpu": 1}}),
        gauge("bob", {"items": [{"name": "b"}], "tags": ["y"], "limits": {"mem": 2}, "free": {"p": 1}}),
        gauge("bob", {"replicas": 2, "items": [{"name": "a", "value": 3}]}),
        gauge("bob", {"replicas": 1, "items": [{"name": "b", "value": 2}], "tags": ["x", "y"]}),
        gauge("alice", {"items": [{"name": "a", "value": 1}]}),
        patched(GAUGE, "carol", {"spec": {"replicas": 5, "limits": {"disk": 3}}}),
        gauge("alice", {"replicas": 6, "items": [{"name": "a", "value": 1}]}),
        gauge("alice", {"replicas": 6, "items": [{"name": "a", "value": 1}]}, force=True),
        patched(GAUGE, "dave", [{"op": "replace", "path": "/spec/deep/base", "value": 2}], JSON_PATCH),
        patched(GAUGE, "dave", [{"op": "test", "path": "/spec/replicas", "value": 7}], JSON_PATCH),
        patched(GAUGE, "carol", {"metadata": {"labels": {"l": "1"}, "annotations": {"n": "2"}}}),
        gauge("bob", {}),
        gauge("alice", {"items": [{"name": "z"}, {"name": "a"}]}, labels={"l": "1"}),
        gauge("alice", {"items": [{"name": "z"}]}, labels={"l": "2"}),
        gauge("alice", {}),
    ],
    "atomic values, defaults and nulls": [
        ("PATCH", GAUGE + "?fieldManager=a", APPLY, {"apiVersion": "patch.example.com/v1", "kind": "Gauge"}),
        CREATE,
        gauge("alice", {"args": ["a", "b"], "selector": {"k": "v"}, "deep": {"a": 1}, "ports": [{"port": 80}]}),
        gauge("bob", {"args": ["a"], "deep": {"b": 2}}),
        gauge("bob", {"args": ["a", "b"], "deep": {"b": 2}}),
        gauge("bob", {"selector": {"k": "v", "l": "w"}}),
        gauge("bob", {"ports": [{"port": 80, "name": "web"}, {"port": 80, "protocol": "UDP"}]}),
        gauge("bob", {"ports": [{"port": 80, "protocol": "TCP", "name": "www"}], "size": "large"}),
        gauge("alice", {"size": "small", "note": "n"}),
        patched(GAUGE, "carol", {"spec": {"note": None, "size": None}}),
        gauge("alice", {"size": "small", "note": None}),
        gauge("alice", {"items": [{"name": "m", "more": {"x": 1}}]}),
        gauge("bob", {"items": [{"name": "m", "more": {"x": 1}}]}),
        gauge("alice", {"items": [{"name": "m"}]}),
        gauge("bob", {"items": [{"name": "m"}, {"name": "m"}]}),
        gauge("bob", {"bogus": 1}),
        gauge("bob", {"replicas": "many"}),
        patched(GAUGE, "carol", {"spec": None}),
    ],
    "status of a custom resource": [
        gauge("alice", {"replicas": 1}),
        patched(GAUGE + "/status", "root", {"status": {"conditions": [{"type": "Base", "status": "True"}]}}),
        gauge_status("eve", {"phase": "Up", "conditions": [{"type": "Ready", "status": "True"}]}),
        gauge_status("mallory", {"conditions": [{"type": "Quick", "status": "True"}]}),
        gauge_status("mallory", {"conditions": [{"type": "Ready", "status": "False"}]}),
        gauge_status("mallory", {"phase": "Up"}),
        patched(GAUGE + "/status", "trent", {"status": {"phase": "Down"}}),
        gauge_status("eve", {"phase": "Up"}),
        gauge_status("eve", {"phase": "Up"}, force=True),
        patched(GAUGE, "carol", {"spec": {"replicas": 2}}),
        gauge("alice", {"replicas": 2}),
        gauge_status("eve", {}),
        patched(GAUGE + "/status", "trent", [{"op": "add", "path": "/status/replicas", "value": 4}], JSON_PATCH),
        patched(GAUGE + "/status", "trent", {"status": {"replicas": "four"}}),
        patched(GAUGE + "/status", "trent", {"status": None}),
    ],
    "creation and replacement of a custom resource": [
        ("POST", GAUGE.rsplit("/", 1)[0] + "?fieldManager=alice", JSON, {
            "apiVersion": "patch.example.com/v1", "kind": "Gauge", "metadata": {"name": "g", "labels": {"a": "b"}},
            "spec": {"replicas": 1, "bogus": 2, "items": [{"name": "a"}], "deep": {}}}),
        gauge("bob", {"replicas": 1, "items": [{"name": "a", "value": 2}]}, labels={"a": "b"}),
        gauge("bob", {"replicas": 1}),
        gauge("bob", {"items": [{"name": "a"}]}),
        patched(GAUGE, "alice", {"spec": {"bogus": 1, "deep": {"a": 1}}}),
        patched(GAUGE, "alice", {"spec": {"bogus": 1}}),
        ("DELETE", GAUGE, JSON, None),
        ("PATCH", GAUGE + "/status?fieldManager=a", APPLY,
            {"apiVersion": "patch.example.com/v1", "kind": "Gauge", "status": {"phase": "x"}}),
    ],
    "a config map": [
        applied(CONFIG_MAP, "alice", {"data": {"a": "1", "b": "2"}}),
        applied(CONFIG_MAP, "bob", {"data": {"b": "3", "c": "4"}}),
        applied(CONFIG_MAP, "bob", {"data": {"b": "3", "c": "4"}}, force=True),
        applied(CONFIG_MAP, "alice", {"data": {"b": "2"}}),
        applied(CONFIG_MAP, "alice", {}),
        patched(CONFIG_MAP, "carol", {"data": {"c": None, "d": "5"}, "immutable": False}),
        patched(CONFIG_MAP, "carol", {"data": {"d": "6"}, "metadata": {"labels": {"x": "y"}}}, STRATEGIC),
        applied(CONFIG_MAP, "bob", {"metadata": {"labels": {"x": "z"}}, "data": {"d": "7"}}),
        applied(CONFIG_MAP, "bob", {"metadata": {"finalizers": ["example.com/a"]}}),
        applied(CONFIG_MAP, "carol", {"metadata": {"finalizers": ["example.com/b"]}}),
        applied(CONFIG_MAP, "bob", {}),
        applied(CONFIG_MAP, "carol", {}),
    ],
    "a deployment": [
        applied(DEPLOYMENT, "alice", WORKLOAD),
        applied(DEPLOYMENT, "alice", WORKLOAD),
        applied(DEPLOYMENT, "bob", container(env=[{"name": "B", "value": "2"}])),
        applied(DEPLOYMENT, "bob", {"spec": {"replicas": 3}}),
        applied(DEPLOYMENT, "bob", {"spec": {"replicas": 3}}, force=True),
        applied(DEPLOYMENT, "bob", container(ports=[{"containerPort": 80, "name": "web"}])),
        applied(DEPLOYMENT, "bob", container(resources={"limits": {"cpu": "1"}})),
        patched(DEPLOYMENT, "carol", container(env=[{"name": "C", "value": "3"}]), STRATEGIC),
        patched(DEPLOYMENT, "carol", {"spec": {"minReadySeconds": 5}}),
        patched(DEPLOYMENT, "carol", container(resources={"limits": {"memory": "2048Mi"}}), STRATEGIC),
        applied(DEPLOYMENT, "bob", {}),
    ],
}


class Server:
    def __init__(self):
        view = subprocess.run(
            ["kubectl", "config", "view", "--raw", "--minify", "--flatten", "-o", "json"], check=True, capture_output=True
        )
        config = json.loads(view.stdout)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.base = cluster["server"]
        self.token = user["token"]
        authority = b64decode(cluster["certificate-authority-data"]).decode()
        self.tls = ssl.create_default_context(cadata=authority)

    def send(self, method, path, content_type, body):
        request = urllib.request.Request(self.base + path, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", content_type)
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=30, context=self.tls) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


def steady(answer):
    """An answer without what differs from run to run, and without what a controller wrote."""
    metadata = answer.get("metadata", {})
    for field in ("uid", "resourceVersion", "creationTimestamp", "selfLink"):
        metadata.pop(field, None)
    entries = [entry for entry in metadata.get("managedFields", []) if entry["manager"] != "kube-controller-manager"]
    for entry in entries:
        entry.pop("time", None)
        entry.pop("subresource", None)
    if entries:
        metadata["managedFields"] = sorted(entries, key=lambda entry: (entry["manager"], entry["operation"]))
    if answer["kind"] == "Deployment":
        answer.pop("status", None)
        # Versions differ in whether they write the null.
        answer["spec"]["template"]["metadata"].pop("creationTimestamp", None)
    if answer["kind"] == "Status":
        answer.get("details", {}).pop("uid", None)
    return json.loads(re.sub(r" at \d{4}-\d\d-\d\dT[\d:]+Z", "", json.dumps(answer)))


def record(server, steps):
    exchanges, version = [], None
    for method, path, content_type, body in steps:
        status, answer = server.send(method, path, content_type, body)
        found = answer.get("metadata", {}).get("resourceVersion")
        # A controller writes deployments too, so only the other kinds' versions tell whether the patch was a write.
        is_quiet = status < 300 and "deployments" not in path and method != "DELETE"
        changed = found != version if is_quiet else None
        version = found or version
        exchanges.append(
            {"method": method, "path": path, "contentType": content_type, "body": body, "status": status,
             "changed": changed, "answer": steady(answer)})
    return exchanges


def main():
    server = Server()
    name = DEFINITION["metadata"]["name"]
    status, answer = server.send("POST", DEFINITIONS, JSON, DEFINITION)
    if status != 201:
        sys.exit(f"cannot create the definition: {answer}")
    lines = [{"definition": DEFINITION}]
    try:
        # The definition is served, and its schema known to server-side apply, some time after it was accepted.
        time.sleep(8)
        for title, steps in SEQUENCES.items():
            lines += [{"sequence": title, **exchange} for exchange in record(server, steps)]
            for path in (GAUGE, CONFIG_MAP, DEPLOYMENT):
                server.send("DELETE", path, JSON, None)
    finally:
        server.send("DELETE", f"{DEFINITIONS}/{name}", JSON, None)
    with open(sys.argv[1], "w") as file:
        file.writelines(json.dumps(line, sort_keys=True) + "\n" for line in lines)


if __name__ == "__main__":
    main()
