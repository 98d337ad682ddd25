"""Applies patches with PyPI's jsonpatch and json-merge-patch, for the tests of KubeCore to compare with.

Usage: apply_patches.py <cases.jsonl> <results.jsonl>. A case is {"document": ..., "jsonPatch": [...]} or
{"document": ..., "mergePatch": ...}; its result is {"document": ...}, or {"error": "..."} where the patch does not fit.
"""

import json
import sys

import json_merge_patch
import jsonpatch


def result(case):
    if "mergePatch" in case:
        return {"document": json_merge_patch.merge(case["document"], case["mergePatch"])}
    try:
        return {"document": jsonpatch.apply_patch(case["document"], case["jsonPatch"])}
    # What the libraries raise depends on the place: their own exceptions, or a TypeError from below a scalar.
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError) as error:
        return {"error": repr(error)}


def main():
    with open(sys.argv[1]) as cases, open(sys.argv[2], "w") as results:
        for line in cases:
            results.write(json.dumps(result(json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
