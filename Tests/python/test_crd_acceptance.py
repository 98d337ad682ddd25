"""The CRD is one that API servers from 1.29 on accept: the rules of apiextensions.k8s.io/v1, checked without a server.

The cost of a rule is estimated from above, and far more coarsely than the API server does it: what passes here passes
there.
"""

import re
import unittest

import crd
import yaml

DEFINITION = yaml.safe_load(crd.PATH.read_text(encoding="utf-8"))
VERSION = DEFINITION["spec"]["versions"][0]
SCHEMA = crd.load()

# What a structural schema may hold. Everything else is unknown to the API server or forbidden by it.
VALIDATIONS = {
    "enum", "format", "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "maxProperties",
    "minProperties", "multipleOf", "exclusiveMinimum", "exclusiveMaximum", "pattern", "required",
}  # fmt: skip
STRUCTURE = {"type", "description", "title", "default", "nullable", "items", "properties", "additionalProperties"}
EXTENSIONS = {
    "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations",
}  # fmt: skip
INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
SCALARS = {"string", "integer", "number", "boolean"}
# Those of the API server's default registry that mean something for a resource.
FORMATS = {"string": {"date-time", "date", "duration", "byte", "uri"}, "integer": {"int32", "int64"}}
# Names that CEL itself uses: a rule must write such a field as __name__.
RESERVED = set(
    "true false null in as break const continue else for function if import let loop package namespace return var void "
    "while".split()
)
RULE_COST_LIMIT = 10_000_000
DEFINITION_COST_LIMIT = 100_000_000
# etcd takes 1.5 MiB; client-side `kubectl apply` keeps a copy in an annotation of 256 KiB at most.
SIZE_LIMIT = 256 * 1024
DNS_1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"


def walk(schema, path=""):
    """Every schema with its path."""
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from walk(inner, f"{path}.{name}")
    if "items" in schema:
        yield from walk(schema["items"], f"{path}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from walk(schema["additionalProperties"], f"{path}{{}}")


def resolve(schema, names):
    """The schema of a path of properties; KeyError when there is none."""
    for name in names:
        schema = schema["properties"][name]
    return schema


class Structure(unittest.TestCase):
    def each(self):
        for path, schema in walk(SCHEMA):
            with self.subTest(path=path or "the root"):
                yield path, schema

    def test_only_known_and_allowed_keys(self):
        for _, schema in self.each():
            known = VALIDATIONS | STRUCTURE | EXTENSIONS
            if schema.get("x-kubernetes-int-or-string"):
                self.assertEqual(schema.get("anyOf", INT_OR_STRING), INT_OR_STRING)
                known = known | {"anyOf"}
            self.assertLessEqual(set(schema), known)
            self.assertIsNot(schema.get("additionalProperties"), False)
            self.assertFalse("properties" in schema and "additionalProperties" in schema)

    def test_every_value_has_a_type(self):
        self.assertEqual(SCHEMA["type"], "object")
        for _, schema in self.each():
            if schema.get("x-kubernetes-int-or-string"):
                self.assertNotIn("type", schema)
            else:
                self.assertIn(schema.get("type"), SCALARS | {"object", "array"})
            self.assertEqual("items" in schema, schema.get("type") == "array")
            if "properties" in schema or "additionalProperties" in schema:
                self.assertEqual(schema["type"], "object")

    def test_the_root_leaves_metadata_alone(self):
        self.assertEqual(SCHEMA["properties"]["metadata"], {"type": "object"})
        self.assertEqual(SCHEMA["properties"]["apiVersion"], {"type": "string"})
        self.assertNotIn("x-kubernetes-preserve-unknown-fields", SCHEMA)
        self.assertNotIn("preserveUnknownFields", DEFINITION["spec"])

    def test_there_are_no_defaults(self):
        """The operator owns them, so that what was written is read back unchanged."""
        for _, schema in self.each():
            self.assertNotIn("default", schema)

    def test_ranges_and_words(self):
        for _, schema in self.each():
            for low, high in [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")]:
                if low in schema and high in schema:
                    self.assertLessEqual(schema[low], schema[high])
            if schema.get("format") == "int32":
                self.assertGreaterEqual(schema["minimum"], -(2**31))
                self.assertLess(schema["maximum"], 2**31)
            if "enum" in schema:
                self.assertEqual(len(set(schema["enum"])), len(schema["enum"]))
                self.assertTrue(all(isinstance(word, str) and word for word in schema["enum"]))
            if "format" in schema:
                self.assertIn(schema["format"], FORMATS[schema["type"]])
            self.assertLessEqual(set(schema.get("required", [])), set(schema.get("properties", {})))

    def test_lists_and_their_keys(self):
        for _, schema in self.each():
            kind = schema.get("x-kubernetes-list-type")
            if schema.get("type") != "array":
                self.assertIsNone(kind)
                continue
            self.assertIn(kind, {"atomic", "map"})
            keys = schema.get("x-kubernetes-list-map-keys")
            if kind != "map":
                self.assertIsNone(keys)
                continue
            items = schema["items"]
            self.assertEqual(items["type"], "object")
            self.assertTrue(keys and len(set(keys)) == len(keys))
            self.assertLessEqual(set(keys), set(items["required"]))
            self.assertTrue(all(items["properties"][key]["type"] in SCALARS for key in keys))

    def test_patterns_are_re2(self):
        """CEL's matches() is RE2, as is the API server's."""
        for _, schema in self.each():
            if "pattern" in schema:
                verdict = crd.compile_rule({"rule": f"''.matches(r'{schema['pattern']}')"}).eval(data={"self": None})
                self.assertIsInstance(verdict.plain_value(), bool, verdict)


class Names(unittest.TestCase):
    def test_names(self):
        names = DEFINITION["spec"]["names"]
        self.assertEqual(DEFINITION["metadata"]["name"], f"{names['plural']}.{DEFINITION['spec']['group']}")
        self.assertTrue(DEFINITION["spec"]["group"].endswith(".io") and names["listKind"] == names["kind"] + "List")
        for name in [names["plural"], names["singular"], *names["shortNames"], *names["categories"]]:
            self.assertRegex(name, f"^{DNS_1035}$")
        self.assertRegex(names["kind"].lower(), f"^{DNS_1035}$")

    def test_one_version_is_served_and_stored(self):
        self.assertEqual(len(DEFINITION["spec"]["versions"]), 1)
        self.assertIs(VERSION["served"], True)
        self.assertIs(VERSION["storage"], True)
        self.assertRegex(VERSION["name"], f"^{DNS_1035}$")
        # Selectable fields are new in 1.30; an older server refuses or drops them.
        known = {"name", "served", "storage", "schema", "additionalPrinterColumns", "subresources"}
        self.assertLessEqual(set(VERSION), known)

    def test_printer_columns(self):
        types = {"string": "string", "integer": "integer", "date": "string"}
        columns = VERSION["additionalPrinterColumns"]
        self.assertEqual(len({column["name"] for column in columns}), len(columns))
        for column in columns:
            with self.subTest(column=column["name"]):
                self.assertLessEqual(set(column), {"name", "type", "jsonPath", "description", "priority", "format"})
                self.assertRegex(column["jsonPath"], r"^(\.[A-Za-z]+(\[[0-9]+\])?)+$")
                if not column["jsonPath"].startswith(".metadata."):
                    schema = self.resolve_column(column["jsonPath"])
                    self.assertEqual(schema.get("type", "string"), types[column["type"]])

    @staticmethod
    def resolve_column(path):
        schema = SCHEMA
        for name in re.findall(r"\w+", path):
            schema = schema["items"] if name.isdigit() else schema["properties"][name]
        return schema

    def test_scale(self):
        scale = VERSION["subresources"]["scale"]
        self.assertEqual(VERSION["subresources"]["status"], {})
        for key, prefix, kind in [
            ("specReplicasPath", ".spec.", "integer"),
            ("statusReplicasPath", ".status.", "integer"),
            ("labelSelectorPath", ".status.", "string"),
        ]:
            self.assertRegex(scale[key], rf"^{re.escape(prefix)}[A-Za-z.]+$")
            self.assertEqual(resolve(SCHEMA, scale[key][1:].split("."))["type"], kind)

    def test_size(self):
        self.assertLess(len(yaml.safe_dump(DEFINITION)), SIZE_LIMIT)
        self.assertLess(crd.PATH.stat().st_size, SIZE_LIMIT)


class Expression:
    """What a rule reads, and how often at most."""

    LOOP = re.compile(r"((?:\w+\.)*\w+|\[[^\[\]]*\])\.(?:all|exists|exists_one|map|filter)\((\w+),")
    PATH = re.compile(r"\b(\w+)((?:\.\w+)+)\b(?!\()")
    MATCH = re.compile(r"\b((?:\w+\.)+\w+)\.matches\('([^']*)'\)")

    def __init__(self, text, schema):
        self.text = text
        self.words = re.sub(r"'[^']*'", "''", text)
        self.places = {"self": schema}
        self.iterations = 1
        for source, variable in self.LOOP.findall(self.words):
            if source.startswith("["):
                self.iterations *= source.count(",") + 1
            else:
                values = self.place(source)
                self.iterations *= values["maxItems"]
                self.places[variable] = values["items"]

    def place(self, path):
        root, *names = path.split(".")
        return resolve(self.places[root], names)

    def paths(self):
        """Every path that the rule reads, without the calls on it."""
        for match in re.finditer(r"\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(\()?", self.words):
            path = match.group().rstrip("(")
            yield path.rpartition(".")[0] if match.group(1) else path

    def unguarded(self):
        """Optional fields that are read without has()."""
        for path in self.paths():
            names = path.split(".")
            for end in range(2, len(names) + 1):
                part, parent = ".".join(names[:end]), self.place(".".join(names[: end - 1]))
                # Every server gives these to every object.
                known = names[end - 1] in parent.get("required", []) or part in ("self.metadata", "self.metadata.name")
                if not known and f"has({part})" not in self.words:
                    yield part

    def longest(self):
        """The characters of the longest value that is compared."""
        lengths = [0]
        for path in self.paths():
            if path == "self.metadata.name":
                lengths.append(253)
                continue
            schema = self.place(path)
            if schema.get("type") == "string":
                lengths.append(max(map(len, schema["enum"])) if "enum" in schema else schema["maxLength"])
        return max(lengths)

    def cost(self):
        """Each token costs 1 and reads the longest value, a regular expression as often as it is long, in every turn."""
        tokens = len(re.findall(r"\w+|[^\s\w]", self.words))
        patterns = sum(len(pattern) for _, pattern in self.MATCH.findall(self.text))
        return tokens * self.iterations * (1 + self.longest()) * (1 + patterns)


class Rules(unittest.TestCase):
    def each(self):
        """Every rule with its schema and how often it is evaluated at most."""
        yield from self.rules_of(SCHEMA, 1)

    def rules_of(self, schema, times):
        for rule in schema.get("x-kubernetes-validations", []):
            with self.subTest(rule=rule["rule"]):
                yield rule, schema, times
        for inner in schema.get("properties", {}).values():
            yield from self.rules_of(inner, times)
        for key, bound in (("items", "maxItems"), ("additionalProperties", "maxProperties")):
            if isinstance(schema.get(key), dict):
                yield from self.rules_of(schema[key], times * schema[bound])

    def test_form(self):
        for rule, schema, _ in self.each():
            # What is newer than fieldPath (1.28) would be refused by the oldest supported server.
            self.assertLessEqual(set(rule), {"rule", "message", "fieldPath"})
            self.assertTrue(rule["rule"].strip() and rule["message"].strip())
            self.assertFalse(re.search(r"[\r\n]", rule["message"]))
            self.assertLess(len(rule["message"]), 2048)
            if "fieldPath" in rule:
                self.assertRegex(rule["fieldPath"], r"^(\.[A-Za-z]\w*)+$")
                resolve(schema, rule["fieldPath"][1:].split("."))

    def test_metadata_is_read_only_as_far_as_it_is_there(self):
        for rule, _, _ in self.each():
            for field in re.findall(r"self\.metadata\.?(\w*)", rule["rule"]):
                self.assertIn(field, {"name", "generateName"})

    def test_no_transition_rules(self):
        """They hold only where a list's elements can be told apart, and none is needed."""
        for rule, _, _ in self.each():
            self.assertNotIn("oldSelf", rule["rule"])

    def test_fields_exist_and_need_no_escape(self):
        for rule, schema, _ in self.each():
            for path in Expression(rule["rule"], schema).paths():
                names = path.split(".")
                self.assertFalse(RESERVED & set(names[1:]), path)
                if names[:2] != ["self", "metadata"]:
                    Expression(rule["rule"], schema).place(path)

    def test_optional_fields_are_guarded(self):
        for rule, schema, _ in self.each():
            self.assertEqual(list(Expression(rule["rule"], schema).unguarded()), [])

    def test_costs(self):
        total = 0
        for rule, schema, times in self.each():
            cost = Expression(rule["rule"], schema).cost() * times
            self.assertLess(cost, RULE_COST_LIMIT)
            total += cost
        self.assertGreater(total, 0)
        self.assertLess(total, DEFINITION_COST_LIMIT)


class TheChecksThemselves(unittest.TestCase):
    """A check that cannot fail is none."""

    SCHEMA = {
        "type": "object",
        "required": ["list"],
        "properties": {
            "text": {"type": "string", "maxLength": 1000},
            "list": {"type": "array", "maxItems": 1000, "items": {"type": "string", "maxLength": 1000}},
        },
    }

    def test_an_unguarded_field_is_found(self):
        self.assertEqual(list(Expression("self.text == 'a'", self.SCHEMA).unguarded()), ["self.text"])
        self.assertEqual(list(Expression("!has(self.text) || self.text == 'a'", self.SCHEMA).unguarded()), [])

    def test_nested_loops_multiply(self):
        expression = Expression("self.list.all(a, self.list.exists(b, a == b))", self.SCHEMA)
        self.assertEqual(expression.iterations, 1_000_000)
        self.assertGreater(expression.cost(), RULE_COST_LIMIT)

    def test_an_unknown_field_is_found(self):
        with self.assertRaises(KeyError):
            Expression("self.list.all(a, a == self.other)", self.SCHEMA).longest()

    def test_an_unbounded_list_is_found(self):
        with self.assertRaises(KeyError):
            schema = {"type": "object", "properties": {"list": {"type": "array", "items": {"type": "string"}}}}
            Expression("self.list.all(a, a == '')", schema)


if __name__ == "__main__":
    unittest.main()
