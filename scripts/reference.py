"""Prints docs/reference.md: every field of a DeepSeekCluster, from the CRD."""

import pathlib
import re

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
CRD = REPOSITORY / "crds/serving.deepseek.io_deepseekclusters.yaml"
PAGE = REPOSITORY / "docs/reference.md"
HEAD = """\
# DeepSeekCluster, field by field

Generated from the CRD by `make crds`; `kubectl explain deepseekcluster --recursive` shows the same. Fields in **bold**
are required where their parent is there. No default is written into a resource: the operator applies it.
"""


def kind(schema):
    """The type of a value, as a person says it."""
    if schema.get("x-kubernetes-int-or-string"):
        return "quantity"
    if schema["type"] == "array":
        return f"list of {kind(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map of {kind(schema['additionalProperties'])}"
    if schema.get("format") == "date-time":
        return "time"
    return schema["type"]


def limits(schema):
    """What the schema allows."""
    if "enum" in schema:
        return " \\| ".join(f"`{word}`" for word in schema["enum"])
    found = []
    for low, high, unit in [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " entries"),
    ]:
        if low in schema and high in schema:
            found.append(f"{schema[low]} to {schema[high]}{unit}")
        elif high in schema and not schema.get("x-kubernetes-int-or-string"):
            found.append(f"at most {schema[high]}{unit}")
    return ", ".join(found)


def rows(schema, path):
    """One row for each field below a schema, depth first."""
    for name, field in sorted(schema.get("properties", {}).items()):
        place = f"{path}.{name}" if path else name
        description, _, standard = field["description"].partition(" Default: ")
        shown = f"**`{place}`**" if name in schema.get("required", []) else f"`{place}`"
        cells = [shown, kind(field), standard.removesuffix("."), limits(field), description]
        yield "| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in cells) + " |"
        yield from rows(field, place)
        for key, suffix in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(field.get(key), dict):
                yield from rows(field[key], place + suffix)


def rules(schema, path):
    """One line for each rule below a schema."""
    for rule in schema.get("x-kubernetes-validations", []):
        yield f"- `{path or 'metadata'}`: {rule['message']}"
    for name, field in sorted(schema.get("properties", {}).items()):
        yield from rules(field, f"{path}.{name}" if path else name)
    if "items" in schema:
        yield from rules(schema["items"], path + "[]")


def page():
    """The text of the page."""
    version = yaml.safe_load(CRD.read_text(encoding="utf-8"))["spec"]["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]
    lines = [HEAD]
    for part in ("spec", "status"):
        lines += [f"## {part}", "", "| Field | Type | Default | Range | Meaning |", "|---|---|---|---|---|"]
        lines += rows(schema["properties"][part], part)
        lines.append("")
    lines += ["## Rules", "", "Checked by the API server, which refuses the resource, and again by the operator.", ""]
    lines += rules(schema, "")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
