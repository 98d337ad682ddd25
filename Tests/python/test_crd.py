"""The CRD's rules are valid CEL and give the verdicts that they promise; the examples are accepted."""

import copy
import unittest

import crd

SCHEMA = crd.load()
VALID = {
    "apiVersion": "serving.deepseek.io/v1alpha1",
    "kind": "DeepSeekCluster",
    "metadata": {"name": "r1"},
    "spec": {
        "model": {"name": "r1", "source": {"pvc": {"claimName": "models"}}},
        "engine": {"type": "vllm", "image": "vllm/vllm-openai:v0.33.0"},
        "autoscaling": {
            "maxReplicas": 4,
            "source": {"externalMetrics": {}},
            "metrics": [
                {
                    "type": "External",
                    "external": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "180"}},
                }
            ],
        },
    },
}

# What is changed in the valid resource (a dotted path and a value, None removes it), and a part of the rule's message.
REFUSED = [
    ({"metadata.name": "r" * 41}, "40"),
    ({"metadata.name": "1r"}, "must begin with a letter"),
    ({"metadata.name": "R1"}, "must begin with a letter"),
    ({"spec.model.source": None}, "model.source is required"),
    ({"spec.model.source": {}}, "exactly one of pvc"),
    ({"spec.model.source.hostPath": {"path": "/models"}}, "exactly one of pvc"),
    ({"spec.engine.command": ["serve"]}, "command is for the engines custom and torchrun"),
    ({"spec.engine.tensorParallel": 4, "spec.engine.nodesPerReplica": 3}, "divisible by nodesPerReplica"),
    ({"spec.engine.nodesPerReplica": 2}, "divisible by nodesPerReplica"),
    ({"spec.autoscaling.minReplicas": 5}, "minReplicas must not be above maxReplicas"),
    ({"spec.autoscaling.source": None}, "source is required"),
    ({"spec.autoscaling.source": {}}, "exactly one of externalMetrics"),
    (
        {"spec.autoscaling.source.prometheus": {"url": "http://p:9090", "queries": [{"metric": "rps", "query": "1"}]}},
        "exactly one of externalMetrics",
    ),
    ({"spec.autoscaling.fallback": {"policy": "AtLeast"}}, "replicas is required with the policy AtLeast"),
    ({"spec.operation": {"id": "1", "type": "Promote"}}, "targetRevision"),
]


def changed(changes):
    resource = copy.deepcopy(VALID)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = resource
        for parent in parents:
            place = place[parent]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return resource


class Rules(unittest.TestCase):
    def test_every_rule_compiles(self):
        found = list(crd.rules(SCHEMA))
        self.assertGreater(len(found), 10)
        for _, rule in found:
            with self.subTest(rule=rule["rule"]):
                crd.compile_rule(rule)

    def test_a_valid_resource_is_accepted(self):
        self.assertEqual(crd.structural_errors(SCHEMA, VALID), [])
        self.assertEqual(crd.rule_errors(SCHEMA, VALID), [])

    def test_bad_resources_are_refused_with_the_rules_message(self):
        for changes, message in REFUSED:
            with self.subTest(changes=changes):
                errors = crd.rule_errors(SCHEMA, changed(changes))
                self.assertTrue(any(message in error for error in errors), errors)

    def test_the_structure_refuses_unknown_fields_and_wrong_types(self):
        for changes in ({"spec.engin": {}}, {"spec.engine.port": "8000"}, {"spec.engine.type": "llama"}):
            with self.subTest(changes=changes):
                self.assertEqual(len(crd.structural_errors(SCHEMA, changed(changes))), 1)

    def test_examples_are_accepted(self):
        found = list(crd.examples())
        self.assertGreaterEqual(len(found), 5)
        for name, resource in found:
            with self.subTest(example=name):
                self.assertEqual(crd.structural_errors(SCHEMA, resource), [])
                self.assertEqual(crd.rule_errors(SCHEMA, resource), [])


if __name__ == "__main__":
    unittest.main()
