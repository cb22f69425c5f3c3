"""Gate files: what they may say, and one clear line for each thing they may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from communique.errors import InvalidInput
from communique.eval.gate.gate import Demand
from communique.eval.gate.reading import parse_gate, read_gate
from communique.project import resource_folder

FILE = Path("folder/gate.toml")


def test_a_gate_that_says_everything() -> None:
    gate = parse_gate(
        """
        name = "nightly"
        baseline = "../results/mine.json"
        split = "test"
        unit = "storyline"
        resamples = 500
        seed = 7
        alpha = 0.01
        undefined = "pass"

        [[check]]
        measure = "mentions.strict"
        min = 0.5
        max_drop = 0.02
        not_significantly_worse = true

        [[check]]
        measure = "mentions.strict"
        type = ["PER", "GPE"]
        value = "recall"
        max = 1
        undefined = "fail"
        """,
        FILE,
    )
    assert (gate.name, gate.split, gate.unit) == ("nightly", "test", "storyline")
    assert (gate.resamples, gate.seed, gate.alpha) == (500, 7, 0.01)
    assert gate.baseline == Path("folder/../results/mine.json")
    assert gate.measures == ("mentions.strict",)
    strict = "mentions.strict"
    assert gate.demands == (
        Demand(strict, None, "f1", "min", 0.5, True, "$.check[0]"),
        Demand(strict, None, "f1", "max_drop", 0.02, True, "$.check[0]"),
        Demand(strict, None, "f1", "not_significantly_worse", None, True, "$.check[0]"),
        Demand(strict, "PER", "recall", "max", 1.0, False, "$.check[1]"),
        Demand(strict, "GPE", "recall", "max", 1.0, False, "$.check[1]"),
    )
    assert [one.name for one in gate.demands] == [
        "mentions.strict f1 at least 0.5",
        "mentions.strict f1 at most 0.02 below the baseline",
        "mentions.strict f1 not significantly below the baseline",
        "mentions.strict PER recall at most 1",
        "mentions.strict GPE recall at most 1",
    ]


def test_a_gate_that_says_little() -> None:
    gate = parse_gate('[[check]]\nmeasure = "claims"\nmin = 0\n', FILE)
    assert (gate.name, gate.baseline, gate.split, gate.unit) == ("gate", None, None, "document")
    assert (gate.resamples, gate.seed, gate.alpha) == (10_000, 1, 0.05)
    assert not gate.demands[0].undefined_passes


def test_the_mean_over_types_and_values_that_may_be_negative() -> None:
    gate = parse_gate(
        '[[check]]\nmeasure = "mentions.strict"\nvalue = "macro"\nmin = 0.3\n'
        '[[check]]\nmeasure = "events.realis"\nvalue = "kappa"\nmin = -0.5\n',
        FILE,
    )
    assert [(one.value, one.bound) for one in gate.demands] == [("macro", 0.3), ("kappa", -0.5)]


CHECK = '[[check]]\nmeasure = "mentions.strict"\nmin = 0.5\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "$.check: error: found no check, expected at least one [[check]]"),
        ("check = []", "$.check: error: found no check"),
        ("check = 3", "$.check: error: found 3"),
        ("check = [3]", "$.check: error: found [3]"),
        ("a = ", "expected TOML"),
        ("a = 1\na = 2", "expected TOML"),
        ("[" * 5000, "expected TOML"),
        (f"thresholds = 1\n{CHECK}", '$: error: found unknown key "thresholds"'),
        (f"splitt = 'test'\n{CHECK}", "; say split"),
        (f"split = 'tests'\n{CHECK}", '$.split: error: found "tests", expected one of train'),
        (f"split = ['test']\n{CHECK}", '$.split: error: found ["test"]'),
        (f"unit = 'sentence'\n{CHECK}", '$.unit: error: found "sentence"'),
        (f"undefined = true\n{CHECK}", "$.undefined: error: found true, expected one of fail, pa"),
        (f"name = ''\n{CHECK}", '$.name: error: found "", expected text on one line'),
        (f'name = "a\\nb"\n{CHECK}', "$.name: error: found "),
        (f"baseline = 3\n{CHECK}", "$.baseline: error: found 3"),
        (f"resamples = 10\n{CHECK}", "$.resamples: error: found 10, expected a whole number fro"),
        (f"resamples = 500.0\n{CHECK}", "$.resamples: error: found 500.0"),
        (f"seed = -1\n{CHECK}", "$.seed: error: found -1"),
        (f"seed = true\n{CHECK}", "$.seed: error: found true"),
        (f"alpha = 0\n{CHECK}", "$.alpha: error: found 0, expected a number above 0"),
        (f"alpha = 5\n{CHECK}", "expected a number from 0 to 0.5; 5 % is 0.05"),
        ("[[check]]\nmin = 0.5", "$.check[0].measure: error: found no measure"),
        ("[[check]]\nmeasure = 3\nmin = 0.5", "$.check[0].measure: error: found 3"),
        ("[[check]]\nmeasure = 'mentions.strickt'\nmin = 0.5", "; say mentions.strict"),
        ("[[check]]\nmeasure = 'bleu'\nmin = 0.5", "expected a measure of `communique eval meas"),
        (f"{CHECK}minimum = 0.5", '$.check[0]: error: found unknown key "minimum"'),
        (f"{CHECK}type = 'PERS'", '$.check[0].type: error: found "PERS", expected one of PER, OR'),
        (f"{CHECK}type = ['PER', 'X', 3]", '$.check[0].type: error: found "X"'),
        (f"{CHECK}type = ['PER', 'X', 3]", "$.check[0].type: error: found 3"),
        (f"{CHECK}type = []", "$.check[0].type: error: found an empty list"),
        (f"{CHECK}type = ['PER', 'PER']", "mentions.strict PER f1 min again"),
        (
            "[[check]]\nmeasure = 'coref.muc'\ntype = 'PER'\nmin = 0.5",
            "coref.muc has no types",
        ),
        (f"{CHECK}value = 'f2'", '$.check[0].value: error: found "f2", expected one of precision'),
        (f"{CHECK}type = 'PER'\nvalue = 'macro'", '$.check[0].value: error: found "macro"'),
        (f"{CHECK}max = 0.4", "$.check[0].min: error: found 0.5, expected at most max, which is"),
        (f"{CHECK}max = '1'", '$.check[0].max: error: found "1", expected a number from 0 to 1'),
        (f"{CHECK}max = 60", "$.check[0].max: error: found 60, expected a number from 0 to 1; 60"),
        (f"{CHECK}max = -0.1", "$.check[0].max: error: found -0.1"),
        (f"{CHECK}max = nan", "$.check[0].max: error: found nan"),
        (f"{CHECK}max = inf", "$.check[0].max: error: found inf"),
        (f"{CHECK}max = true", "$.check[0].max: error: found true"),
        (f"{CHECK}max_drop = 2", "$.check[0].max_drop: error: found 2"),
        (f"{CHECK}max_drop = 0.1", "$.check[0]: error: found no baseline to compare with, expect"),
        (f"{CHECK}not_significantly_worse = true", "; say baseline = "),
        (f"{CHECK}not_significantly_worse = 1", "found 1, expected true or false"),
        (f"baseline='b'\n{CHECK}value='macro'\nnot_significantly_worse = true", "a test of macro"),
        ("[[check]]\nmeasure = 'claims'", "$.check[0]: error: found no condition, expected some"),
        ("[[check]]\nmeasure = 'claims'\nnot_significantly_worse = false", "found no condition"),
        (f"{CHECK}{CHECK}", "$.check[1]: error: found mentions.strict f1 min again"),
    ],
)
def test_what_a_gate_may_not_say(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_gate(text, FILE)
    lines = str(raised.value).splitlines()
    assert any(said in line for line in lines), lines
    assert all(line.startswith("folder/gate.toml: ") for line in lines)


def test_all_problems_come_at_once() -> None:
    text = 'seed = -1\n[[check]]\nmeasure = "clams"\nmin = 60\n[[check]]\nmeasure = "claims"\n'
    with pytest.raises(InvalidInput) as raised:
        parse_gate(text, FILE)
    assert [problem.path for problem in raised.value.problems] == [
        "$.seed",
        "$.check[0].measure",
        "$.check[0].min",
        "$.check[1]",
    ]


def test_a_gate_file_that_is_no_text_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"file\.readable"):
        read_gate(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match=r"file\.utf8"):
        read_gate(tmp_path / "bad.toml")


def test_the_gates_of_the_toolkit_can_be_read() -> None:
    paths = sorted((resource_folder("eval") / "gates").glob("*.toml"))
    assert "rules.toml" in [path.name for path in paths]
    for path in paths:
        assert read_gate(path).demands
