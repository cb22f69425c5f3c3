"""Verdicts: what passes, what does not, by how much, and which documents cost most."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from annotated import records
from communique.annotations.record import Record
from communique.errors import CommuniqueError, InvalidInput
from communique.eval.counts import PRF, Counts
from communique.eval.gate.gate import Gate
from communique.eval.gate.reading import parse_gate
from communique.eval.gate.report import GateReport, Outcome
from communique.eval.gate.run import run_gate, update_baseline
from communique.eval.gate.verdict import judge
from communique.eval.gate.worst import worst_documents
from communique.eval.in_memory import score_records
from communique.eval.results import read_result, write_result
from communique.eval.scoring import Result
from communique.eval.signature import Signature

Rows = list[tuple[float, float, float]]
TYPES = ("PER", "ORG")


def result(
    rows: Rows,
    per: Rows | None = None,
    *,
    typed: bool = True,
    order: list[int] | None = None,
    **conditions: str,
) -> Result:
    """A result of `mentions.strict`: (tp, n_pred, n_gold) of each document, and of type PER."""
    order = order or list(range(len(rows)))
    total = np.array([rows[row] for row in order], dtype=float).reshape(-1, 3)
    of_per = np.array([(per or rows)[row] for row in order], dtype=float).reshape(-1, 3)
    by_type = np.stack([of_per, np.zeros_like(of_per)], axis=1)
    counts = Counts(PRF, total, TYPES, by_type.sum(axis=0), by_type if typed else None)
    return Result(
        Signature("communique", {"gold": "ab", "docs": str(len(rows)), **conditions}),
        [f"d{row}" for row in order],
        {"mentions.strict": counts},
        {},
        {"claims": "the predictions have no events"},
        [],
    )


def gate(check: str, head: str = "") -> Gate:
    return parse_gate(f'{head}\n[[check]]\nmeasure = "mentions.strict"\n{check}', Path("gate.toml"))


def only(report: GateReport) -> Outcome:
    assert len(report.outcomes) == 1
    return report.outcomes[0]


# F1 = 2 (8 + 2) / (10 + 10 + 10 + 10) = 0.5
NOW = [(8.0, 10.0, 10.0), (2.0, 10.0, 10.0)]
# F1 = 2 (9 + 5) / 40 = 0.7
THEN = [(9.0, 10.0, 10.0), (5.0, 10.0, 10.0)]
BASELINE = 'baseline = "b.json"'


@pytest.mark.parametrize(
    ("check", "passed", "wanted", "margin"),
    [
        ("min = 0.5", True, "≥ 0.500", 0.0),
        ("min = 0.51", False, "≥ 0.510", -0.01),
        ("max = 0.5", True, "≤ 0.500", 0.0),
        ("max = 0.4", False, "≤ 0.400", -0.1),
        ('value = "recall"\nmin = 0.4', True, "≥ 0.400", 0.1),
        ('type = "PER"\nmin = 0.6', False, "≥ 0.600", -0.1),
        # one of two types occurs, so the mean over types is its F1
        ('value = "macro"\nmin = 0.25', True, "≥ 0.250", 0.25),
    ],
)
def test_bounds(check: str, passed: bool, wanted: str, margin: float) -> None:
    report = judge(gate(check), result(NOW))
    outcome = only(report)
    assert report.passed is outcome.passed is passed
    assert outcome.status == ("passed" if passed else "failed")
    assert outcome.wanted == wanted
    assert outcome.found == 0.5
    assert outcome.margin == pytest.approx(margin)


@pytest.mark.parametrize(
    ("drop", "passed"), [("0.2", True), ("0.3", True), ("0.19", False), ("0", False)]
)
def test_how_far_below_the_baseline(drop: str, passed: bool) -> None:
    outcome = only(judge(gate(f"max_drop = {drop}", BASELINE), result(NOW), result(THEN)))
    assert outcome.passed is passed
    assert outcome.margin == pytest.approx(0.5 - (0.7 - float(drop)))
    assert outcome.wanted == f"≥ {0.7 - float(drop):.3f} (0.700 − {drop})"
    assert (outcome.found, outcome.baseline) == (0.5, 0.7)


def test_a_margin_of_the_last_digits_does_not_count() -> None:
    # 0.7 - 0.1 is 0.6 on paper, and 0.6 minus a little more than 1e-16 in the machine
    then, now = result([(7.0, 10.0, 10.0)]), result([(6.0, 10.0, 10.0)])
    assert only(judge(gate("max_drop = 0.1", BASELINE), now, then)).passed
    assert (
        only(judge(gate("max_drop = 0.1", BASELINE), result([(5.9, 10, 10)]), then)).passed is False
    )


def test_the_documents_that_cost_most_are_named() -> None:
    # without d1, F1 were 2 · 8 / 20 = 0.8; without d0, 2 · 2 / 20 = 0.2, which is no gain
    failed = only(judge(gate("min = 0.9"), result(NOW)))
    assert [one.doc_id for one in failed.worst] == ["d1"]
    assert failed.worst[0].cost == pytest.approx(0.3)
    assert str(failed.worst[0]) == "d1: 0.200 (tp 2, n_pred 10, n_gold 10); +0.300 without it"
    # compared with the baseline: d1 lost 3 and d0 lost 1 of 20, F1 2 · 3 / 40 and 2 · 1 / 40
    dropped = only(judge(gate("max_drop = 0.1", BASELINE), result(NOW), result(THEN, order=[1, 0])))
    assert [one.doc_id for one in dropped.worst] == ["d1", "d0"]
    assert [one.cost for one in dropped.worst] == pytest.approx([0.15, 0.05])
    assert str(dropped.worst[0]).startswith("d1: 0.200, was 0.500 (tp 2, ")
    assert only(judge(gate("min = 0.1"), result(NOW))).worst == ()


def test_worst_documents_of_a_type_need_counts_by_type() -> None:
    with pytest.raises(ValueError, match="not kept"):
        worst_documents(result(NOW, typed=False), "mentions.strict", label="PER")
    # the gate says what failed all the same
    outcome = only(judge(gate('type = "PER"\nmin = 0.9'), result(NOW, typed=False)))
    assert (outcome.status, outcome.worst) == ("failed", ())


@pytest.mark.parametrize(
    ("check", "found", "reason"),
    [
        ('type = "ORG"\nmin = 0', None, "there is nothing to compute it from"),
        ('[[check]]\nmeasure = "claims"\nmin = 0', None, "not scored: the predictions have no ev"),
        ('[[check]]\nmeasure = "times.span"\nmin = 0', None, "not scored: not in this result"),
    ],
)
@pytest.mark.parametrize("passes", [False, True])
def test_the_undefined_fails_unless_the_gate_says_otherwise(
    check: str, found: float | None, reason: str, passes: bool
) -> None:
    head = 'undefined = "pass"' if passes else ""
    text = check if check.startswith("[[") else f'[[check]]\nmeasure = "mentions.strict"\n{check}'
    report = judge(parse_gate(f"{head}\n{text}", Path("g.toml")), result(NOW))
    outcome = only(report)
    assert (outcome.status, outcome.found, outcome.margin) == ("undefined", found, None)
    assert outcome.reason is not None and reason in outcome.reason
    assert report.passed is passes


def test_precision_without_predictions_is_undefined() -> None:
    outcome = only(judge(gate('value = "precision"\nmin = 0'), result([(0.0, 0.0, 3.0)])))
    assert (outcome.status, outcome.passed) == ("undefined", False)


def test_a_baseline_that_lacks_what_is_asked() -> None:
    lacking = result(THEN)
    lacking = Result(lacking.signature, lacking.doc_ids, {}, {}, {"mentions.strict": "why"}, [])
    outcome = only(judge(gate("max_drop = 0.1", BASELINE), result(NOW), lacking))
    assert outcome.reason == "the baseline is undefined, not scored: why"
    outcome = only(judge(gate("not_significantly_worse = true", BASELINE), result(NOW), lacking))
    assert outcome.reason == "the baseline is undefined, not scored: why"


TEST = "not_significantly_worse = true"


def eight(tp: float) -> Rows:
    return [(tp, 10.0, 10.0)] * 8


def test_significantly_worse_fails() -> None:
    # Each of 8 documents lost 3 of 10: only 2 of the 256 exchanges are as extreme, p = 0.0078
    outcome = only(judge(gate(TEST, BASELINE), result(eight(5)), result(eight(8))))
    assert not outcome.passed
    assert outcome.p is not None and outcome.p == pytest.approx(2 / 256, abs=0.003)
    assert outcome.margin == pytest.approx(outcome.p - 0.05)
    assert outcome.wanted == "not below 0.800 with p ≤ 0.05"
    assert len(outcome.worst) == 3


def test_better_or_equal_or_a_little_worse_passes() -> None:
    then = result(eight(8))
    for now in (eight(9), eight(8), [(7.0, 10.0, 10.0), *eight(8)[1:]]):
        report = judge(gate(TEST, BASELINE), result(now), then)
        assert report.passed
        assert report.test is not None and report.test.conditions["test"] == "randomisation"
        assert any("fewer than 30" in note for note in report.notes)
    # significantly better is not significantly worse
    assert only(judge(gate(TEST, BASELINE), result(eight(9)), result(eight(5)))).p == 1.0


def test_a_test_that_can_show_nothing_is_undefined() -> None:
    # 5 documents: 2 of 32 exchanges, p = 0.0625 at the least; 6 documents: 2 of 64, p = 0.03
    now, then = eight(0), eight(10)
    outcome = only(judge(gate(TEST, BASELINE), result(now[:5]), result(then[:5])))
    assert outcome.reason == "5 documents in 1 test cannot show a difference at 0.05"
    assert not outcome.passed
    assert only(judge(gate(TEST, BASELINE), result(now[:6]), result(then[:6]))).status == "failed"


def test_tests_are_one_family() -> None:
    # The same data twice: Holm takes the smaller p-value times two.
    one = only(judge(gate(TEST, BASELINE), result(eight(5)), result(eight(8)))).p
    both = judge(
        gate(f'{TEST}\n[[check]]\nmeasure = "mentions.strict"\nvalue = "recall"\n{TEST}', BASELINE),
        result(eight(5)),
        result(eight(8)),
    )
    assert one is not None
    assert [outcome.p for outcome in both.outcomes] == [pytest.approx(2 * one)] * 2
    assert both.test is not None and both.test.conditions["holm"] == "2"


def test_a_test_of_one_type() -> None:
    rows, per = eight(5), eight(5)
    then = result(eight(5), eight(8))
    outcome = only(judge(gate(f'type = "PER"\n{TEST}', BASELINE), result(rows, per), then))
    assert outcome.status == "failed"
    # the documents alone do not differ
    assert judge(gate(TEST, BASELINE), result(rows, per), then).passed
    without = result(eight(5), eight(8), typed=False)
    outcome = only(judge(gate(f'type = "PER"\n{TEST}', BASELINE), result(rows, per), without))
    assert outcome.reason is not None and "counts of each document" in outcome.reason


def test_clusters_are_units() -> None:
    now, then = result(eight(0)), result(eight(10))
    facts = {f"d{row}": {"storyline": f"s{row // 2}"} for row in range(8)}
    now, then = (
        Result(one.signature, one.doc_ids, one.counts, {}, {}, [], facts) for one in (now, then)
    )
    head = f'{BASELINE}\nunit = "storyline"'
    outcome = only(judge(gate(TEST, head), now, then))
    assert outcome.reason == "4 storylines in 1 test cannot show a difference at 0.05"


def test_a_baseline_of_other_conditions_is_refused() -> None:
    with pytest.raises(InvalidInput) as raised:
        judge(gate("max_drop = 1", BASELINE), result(NOW), result(THEN, gold="cd", split="test"))
    lines = str(raised.value).splitlines()
    assert "b.json: error: found a baseline with gold:cd, expected gold:ab as in this" in lines[0]
    assert "found a baseline with split:test, expected split:nothing" in lines[1]
    assert all("--update-baseline" in line for line in lines)
    other = Result(result(THEN).signature, ["d0", "d9"], result(THEN).counts, {}, {}, [])
    with pytest.raises(InvalidInput, match="2 documents on one side only"):
        judge(gate("max_drop = 1", BASELINE), result(NOW), other)


@given(records(), records())
@settings(max_examples=25, deadline=None)
def test_every_system_passes_its_own_baseline(gold: Record, pred: Record) -> None:
    whole = score_records([gold], [pred], per_type=True)
    checks = "".join(
        f'[[check]]\nmeasure = "{name}"\nmax_drop = 0\n{TEST}\n' for name in whole.counts
    )
    head = f'{BASELINE}\nundefined = "pass"\nresamples = 200\n'
    report = judge(parse_gate(head + checks, Path("g.toml")), whole, whole)
    assert report.passed
    assert all(one.margin is None or one.margin >= 0 for one in report.outcomes)


def test_run_and_update(tmp_path: Path) -> None:
    def record(*spans: tuple[int, int]) -> dict[str, object]:
        mentions = [
            {"id": f"m{i}", "entity": "e1", "span": span, "level": "NAM"}
            for i, span in enumerate(spans)
        ]
        return {"doc_id": "d1", "entities": [{"id": "e1", "type": "PER"}], "mentions": mentions}

    gold, good, bad = [record((0, 3), (4, 6))], [record((0, 3), (4, 6))], [record((0, 3))]
    path = tmp_path / "gate.toml"
    path.write_text(
        'baseline = "stored/base.json"\n[[check]]\nmeasure = "mentions.strict"\n'
        'min = 0.6\nmax_drop = 0.1\n[[check]]\nmeasure = "mentions.strict"\ntype = "PER"\nmin = 0\n'
    )
    with pytest.raises(CommuniqueError, match=r"found no baseline of gate gate.*--update-baseline"):
        run_gate(path, good, gold)
    wanted = gate_of(path)
    report, changed = update_baseline(wanted, good, gold)
    assert report.passed and changed
    assert len(report.outcomes) == 2  # what compares with the baseline is not asked
    stored = read_result(tmp_path / "stored" / "base.json")
    assert len(stored.counts) > 2
    assert stored.counts["mentions.strict"].typed is not None
    assert update_baseline(wanted, good, gold)[1] is False
    assert run_gate(path, good, gold).passed
    # 1 of 2 found: F1 = 2/3, which is 0.33 below and above 0.6
    report = run_gate(path, bad, gold)
    assert [one.passed for one in report.outcomes] == [True, False, True]
    # a stored result in the place of predictions, and a result
    assert run_gate(path, tmp_path / "stored" / "base.json").passed
    assert run_gate(path, stored).passed
    # nothing at all found: below 0.6, so the baseline stays
    report, changed = update_baseline(wanted, [record()], gold)
    assert not report.passed and not changed
    assert run_gate(path, good, gold).passed
    with pytest.raises(CommuniqueError, match="found the baseline itself"):
        update_baseline(wanted, tmp_path / "stored" / "base.json")


def gate_of(path: Path) -> Gate:
    return parse_gate(path.read_text(), path)


def test_a_gate_for_another_split(tmp_path: Path) -> None:
    wanted = gate("min = 0", 'split = "test"')
    with pytest.raises(CommuniqueError, match="found the split train, expected test"):
        run_gate(wanted, [], [], split="train")


def test_a_gate_without_a_baseline_updates_none() -> None:
    with pytest.raises(CommuniqueError, match="found no baseline"):
        update_baseline(gate("min = 0"), [], [])


def test_a_baseline_that_was_edited_is_refused(tmp_path: Path) -> None:
    write_result(tmp_path / "b.json", result(NOW))
    text = (tmp_path / "b.json").read_text()
    (tmp_path / "b.json").write_text(text.replace('"f1": 0.5', '"f1": 0.1'))
    wanted = parse_gate(
        f'{BASELINE}\n[[check]]\nmeasure = "mentions.strict"\nmax_drop = 0', tmp_path / "g.toml"
    )
    with pytest.raises(InvalidInput, match=r"result\.content"):
        run_gate(wanted, result(NOW))
