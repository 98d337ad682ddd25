"""The pages of docs/ say what the code says."""

import importlib.util
import re
import unittest

import crd

SOURCES = crd.REPOSITORY / "Sources"
WORD = r'"([A-Z][A-Za-z]+)"'


def load_reference():
    spec = importlib.util.spec_from_file_location("reference", crd.REPOSITORY / "scripts/reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words(pattern, *places):
    """What the pattern's group finds in these files and folders."""
    found = set()
    for place in places:
        path = SOURCES / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.swift")):
            code = re.sub(r"//.*", "", file.read_text(encoding="utf-8"))
            found |= set(re.findall(pattern, code))
    return found


def reasons():
    """Every reason in the code: of conditions and of events, and the types of conditions."""
    return (
        words(r"reason: " + WORD, "Operator", "Autoscaling")
        | words(WORD, "Operator/Status/StatusBuilder.swift", "Operator/Status/ConditionType.swift")
        | words(r"static let \w+ = " + WORD, "Migration/Report/MigrationPlan+Conditions.swift")
        | words(r"case \w+ = " + WORD, "Operator/Plan/Acceptance.swift", "Operator/World/PodTrouble.swift")
        | words(r"AutoscalerCondition\.\w+, \.\w+,\s+" + WORD, "Autoscaling")
        | words(r"(?:failureReason: String \{[^}]*?)" + WORD, "Autoscaling")
        | words(r"failureReason: String \{[^}]*: " + WORD, "Autoscaling")
    )


class Reference(unittest.TestCase):
    def test_it_is_the_crds(self):
        reference = load_reference()
        self.assertEqual(reference.PAGE.read_text(encoding="utf-8"), reference.page(), "stale: run `make crds`")


class Conditions(unittest.TestCase):
    def test_every_reason_is_explained_and_no_other(self):
        page = (crd.REPOSITORY / "docs/conditions.md").read_text(encoding="utf-8")
        explained = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
        known = reasons()
        self.assertGreater(len(known), 40)
        self.assertEqual(sorted(known - set(explained)), [], "not explained in docs/conditions.md")
        self.assertEqual(sorted(set(explained) - known), [], "explained, but not in the code")


class Deviations(unittest.TestCase):
    def test_every_deviation_from_hpa_is_explained_and_no_other(self):
        page = (crd.REPOSITORY / "docs/autoscaling.md").read_text(encoding="utf-8")
        known = words(r"static let (\w+) = HPADeviations\(", "Autoscaling")
        self.assertGreater(len(known), 4)
        self.assertEqual(sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)), sorted(known))


if __name__ == "__main__":
    unittest.main()
