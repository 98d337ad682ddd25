"""Which CEL rules of the CRD a resource breaks, for the Swift tests to compare with the operator's own validation.

Reads one resource a line, as JSON, from the standard input. Prints {"messages": [those of all rules], "verdicts": [[the broken rules
of the first resource], ...]}; a rule is {"field": what the API server names, "message": ...}.
"""

import json
import sys

import crd


def main():
    schema = crd.load()
    resources = [json.loads(line) for line in sys.stdin]
    verdicts = [list(crd.broken_rules(schema, resource)) for resource in resources]
    messages = [rule["message"] for _, rule in crd.rules(schema)]
    json.dump({"messages": messages, "verdicts": verdicts}, sys.stdout)


if __name__ == "__main__":
    main()
