from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction as F
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scorch import scores as scorch

from annotated import SCHEMA
from clusterings import Clustering, clustering, clusterings, sides
from communique.annotations.record import Entity, Mention, Record, Span
from communique.eval.contingency import Clusters, contingency
from communique.eval.coreference import KINDS
from communique.eval.counts import Form, Score
from communique.eval.inputs import side_of_records
from communique.eval.measures import MEASURES
from communique.eval.measures.peers.conll2012 import SCORER_BLANC, as_scorer_reads
from communique.eval.scoring import score

KIND = {kind.name: kind for kind in KINDS}
FORMS: dict[str, Form] = {kind.name: kind.form for kind in KINDS} | {"blanc": SCORER_BLANC}
NAMES = [name for name in MEASURES if name.startswith("peers.conll2012.")]


def scored(name: str, gold: list[Clustering], pred: list[Clustering]) -> Score:
    """One of our measures as the reference scorer would count it."""
    read = as_scorer_reads(sides(gold), sides(pred))
    counts = KIND[name].counts(contingency(len(gold), *read))
    return Score(FORMS[name], tuple(counts.sum(axis=0).tolist()))


# ------------------------------------------------------------------------------- the package


@given(clusterings(), clusterings())
@settings(max_examples=300, deadline=None)
def test_values_are_those_of_scorch(gold: Clustering, pred: Clustering) -> None:
    key, response = ([set(cluster) for cluster in side] for side in (gold, pred))
    functions = {"muc": scorch.muc, "b3": scorch.b_cubed}
    if set().union(*key) & set().union(*response):
        # with no mention in common its CEAF takes a harmonic mean of zeros, which fails
        functions |= {"ceaf-m": scorch.ceaf_m, "ceaf-e": scorch.ceaf_e}
    for name, function in functions.items():
        values = scored(name, [gold], [pred]).values
        # the package says 0 where there is nothing to divide by
        assert [values[v] or 0 for v in ("recall", "precision", "f1")] == pytest.approx(
            list(function(key, response))
        )


@given(clusterings(), clusterings())
@settings(max_examples=300, deadline=None)
def test_blanc_of_the_scorer_is_that_of_scorch(gold: Clustering, pred: Clustering) -> None:
    # with no link in the key the package is 1 where the response has none either
    assume(sum(map(len, gold)) > 1)
    key, response = ([set(cluster) for cluster in side] for side in (gold, pred))
    values = scored("blanc", [gold], [pred]).values
    theirs = scorch.blanc(key, response)
    assert [values[v] or 0 for v in ("recall", "precision", "f1")] == pytest.approx(list(theirs))


# ------------------------------------------------ the reference scorer, from its description


@dataclass(frozen=True)
class Read:
    """Clusters of mention numbers, as the scorer has them after it identified the mentions."""

    key: Clustering
    response: Clustering


def read(gold: Clustering, pred: Clustering) -> Read:
    """Number the mentions: those of the key by span; repeated ones of the response are removed
    when the key has them, and keep one number, in as many places, when it has not.
    """
    numbers = {mention: n for n, mention in enumerate(m for cluster in gold for m in cluster)}
    seen: set[int] = set()
    response: Clustering = []
    for cluster in pred:
        kept = []
        for mention in cluster:
            if mention in numbers and mention in seen:
                continue
            seen.add(mention)
            kept.append(numbers.get(mention, 1_000 + mention))
        if kept:
            response.append(kept)
    return Read([[numbers[m] for m in cluster] for cluster in gold], response)


def reference_muc(files: Read) -> tuple[F, F, F]:
    """Links of the response whose two mentions the key has in one cluster, counted as the mentions
    that have such a partner behind them in their cluster.
    """
    home = {m: n for n, cluster in enumerate(files.key) for m in cluster}
    right = 0
    for cluster in files.response:
        for at, mention in enumerate(cluster):
            right += any(
                mention in home and home[mention] == home.get(other) for other in cluster[at + 1 :]
            )
    links = [F(sum(len(one) - 1 for one in side)) for side in (files.response, files.key)]
    return F(right), links[0], links[1]


def reference_b_cubed(files: Read) -> tuple[F, F, F, F]:
    precision = recall = F(0)
    for cluster in files.response:
        for mention in cluster:
            home = next((one for one in files.key if mention in one), [])
            common = sum(other in home for other in cluster)
            precision += F(common, len(cluster))
            recall += F(common, len(home)) if home else 0
    n_pred, n_gold = (F(sum(map(len, side))) for side in (files.response, files.key))
    return precision, n_pred, recall, n_gold


def reference_ceaf(files: Read, *, entity: bool) -> tuple[F, F, F]:
    def similarity(one: list[int], other: list[int]) -> F:
        common = sum(mention in other for mention in one)
        return F(2 * common, len(one) + len(other)) if entity else F(common)

    short, long = sorted((files.key, files.response), key=len)
    best = max(
        sum((similarity(a, b) for a, b in zip(short, chosen, strict=True)), F(0))
        for chosen in permutations(long, len(short))
    )
    if entity:
        return best, F(len(files.response)), F(len(files.key))
    return best, F(sum(map(len, files.response))), F(sum(map(len, files.key)))


def reference_blanc(files: Read) -> tuple[float, float, float]:
    """Recall, precision and F1, with the boundary rule of `ComputeBLANCFromCounts`."""
    kinds = []
    for together in (True, False):
        links = []
        for side in (files.key, files.response):
            home = {m: n for n, cluster in enumerate(side) for m in cluster}
            links.append(
                {
                    frozenset(pair)
                    for pair in combinations(home, 2)
                    if (home[pair[0]] == home[pair[1]]) == together
                }
            )
        right = len(links[0] & links[1])
        recall, precision = (F(right, len(one)) if one else F(0) for one in links)
        both = recall + precision
        f1 = 2 * recall * precision / both if both else F(0)
        kinds.append((len(links[0]), (recall, precision, f1)))
    (n_coref, coref), (n_other, other) = kinds
    if not n_coref and not n_other:
        return 0.0, 0.0, 0.0
    if not n_coref or not n_other:
        return tuple(map(float, other if not n_coref else coref))  # type: ignore[return-value]
    return tuple(float(a + b) / 2 for a, b in zip(coref, other, strict=True))  # type: ignore[return-value]


def in_file_order(clusters: Clustering) -> Clustering:
    """Clusters as a writer lists them: by first mention, then the larger, then by content."""
    sets = [sorted(set(cluster)) for cluster in clusters]
    return sorted(sets, key=lambda one: (one[0], -len(one), one))


repeating = st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True), max_size=4)
"""Clusters of a response that may share mentions."""


@given(clusterings(), repeating)
@settings(max_examples=500, deadline=None)
def test_counts_are_those_of_the_reference_scorer(gold: Clustering, pred: Clustering) -> None:
    files = read(in_file_order(gold), in_file_order(pred))
    for name, wanted in (
        ("muc", reference_muc(files)),
        ("b3", reference_b_cubed(files)),
        ("ceaf-m", reference_ceaf(files, entity=False)),
        ("ceaf-e", reference_ceaf(files, entity=True)),
    ):
        assert scored(name, [gold], [pred]).sums == pytest.approx(list(map(float, wanted)))


@given(clusterings(), repeating)
@settings(max_examples=500, deadline=None)
def test_blanc_is_that_of_the_reference_scorer(gold: Clustering, pred: Clustering) -> None:
    files = read(in_file_order(gold), in_file_order(pred))
    # two mentions with one number are a link of a mention with itself to the scorer
    numbers = [mention for cluster in files.response for mention in cluster]
    assume(len(set(numbers)) == len(numbers))
    values = scored("blanc", [gold], [pred]).values
    assert [values[v] or 0 for v in ("recall", "precision", "f1")] == pytest.approx(
        list(reference_blanc(files))
    )


# ----------------------------------------------------------- its published test cases, by hand


@pytest.mark.parametrize(
    ("gold", "pred", "f1"),
    [
        # only one cluster in the key: coreference links alone, 4 of 4 and of 15
        ("abcdef", "ab cde f", F(8, 19)),
        # 1 of 4 and of 15
        ("abcdef", "ab cxy z", F(2, 19)),
        ("abcdef", "a b c x y z", F(0)),
        # only singletons in the key: the other links alone, 11 of 11 and of 15
        ("a b c d e f", "ab cde f", F(22, 26)),
        # 2 of 11 (15 pairs less ab, cx, cy, xy) and of 15: only ac and bc are in both
        ("a b c d e f", "ab cxy z", F(4, 26)),
        ("a b c d e f", "abcdef", F(0)),
    ],
)
def test_blanc_looks_at_the_key_alone(gold: str, pred: str, f1: F) -> None:
    assert scored("blanc", [clustering(gold)], [clustering(pred)]).value == pytest.approx(float(f1))


@pytest.mark.parametrize("pred", ["a bcxb dy z", "a bcx dy bz", "a bcx dy bbbbbz"])
def test_repeated_mentions_of_the_key_are_removed(pred: str) -> None:
    # all of them become {a} {bcx} {dy} {z}
    gold = clustering("a bc def")
    assert scored("muc", [gold], [clustering(pred)]).sums == (1, 3, 3)
    assert scored("b3", [gold], [clustering(pred)]).sums == pytest.approx((17 / 6, 7, 10 / 3, 6))
    assert scored("ceaf-m", [gold], [clustering(pred)]).sums == (4, 7, 6)
    assert scored("ceaf-e", [gold], [clustering(pred)]).sums == pytest.approx((2.2, 4, 3))


def test_what_the_scorer_keeps_of_copies_depends_on_the_order_of_the_file() -> None:
    key, first, second = clustering("ab c"), clustering("ac ab"), clustering("ab ac")
    # {ac} {b}: a and c 1/2 each, b 1; {ab} {c}: 3 of 3
    assert [float(n) for n in reference_b_cubed(read(key, first))[:2]] == [2, 3]
    assert [float(n) for n in reference_b_cubed(read(key, second))[:2]] == [3, 3]
    for pred in (first, second):
        ours = KIND["b3"].counts(contingency(1, sides([key]), sides([pred])))
        assert tuple(ours[0, :2]) == (2.5, 4)


def test_blanc_of_the_scorer_changes_when_the_sides_are_swapped() -> None:
    one, other = [clustering("abcdef")], [clustering("ab cde f")]
    assert scored("blanc", one, other).value == pytest.approx(8 / 19)
    assert scored("blanc", other, one).value == pytest.approx(4 / 19)
    for gold, pred in ((one, other), (other, one)):
        sums = KIND["blanc"].counts(contingency(1, sides(gold), sides(pred)))[0]
        assert Score(KIND["blanc"].form, tuple(sums)).value == pytest.approx(4 / 19)


# ------------------------------------------------------------------------------- the measures


def record(clusters: Clustering) -> Record:
    return Record(
        "d1",
        SCHEMA.version,
        "test",
        entities=tuple(Entity(f"e{n}", "PER") for n in range(len(clusters))),
        mentions=tuple(
            Mention(f"m{n}-{i}", f"e{n}", Span(mention, mention + 1), "NAM")
            for n, cluster in enumerate(clusters)
            for i, mention in enumerate(cluster)
        ),
    )


def test_the_measures_by_name() -> None:
    gold, pred = clustering("a bc def"), clustering("a bcx dy bz")
    result = score(
        side_of_records([record(gold)], name="gold"),
        side_of_records([record(pred)], name="pred"),
        measures=[*NAMES, "coref.b3"],
    )
    for name in NAMES:
        kind = name.removeprefix("peers.conll2012.")
        if kind != "conll":
            assert result.score(name) == scored(kind, [gold], [pred])
    # {bz} is no longer half wrong: b is gone from it. Ours keeps it: 8 mentions, not 7
    assert result.score("peers.conll2012.b3").sums[1] == 7
    assert result.score("coref.b3").sums[1] == 8
    # MUC 1/3, B³ of 17/42 and 5/9, CEAF-e 4.4/7
    mean = (F(1, 3) + F(170, 363) + F(22, 35)) / 3
    assert result.score("peers.conll2012.conll").value == pytest.approx(float(mean))


def test_an_undefined_f1_is_0_in_the_mean_of_the_scorer_and_left_out_of_ours() -> None:
    sides_ = [side_of_records([record(clustering("a b"))], name=name) for name in ("gold", "pred")]
    result = score(*sides_, measures=["peers.conll2012.conll", "coref.conll"])
    assert result.score("coref.conll").value == 1.0
    assert result.score("peers.conll2012.conll").value == pytest.approx(2 / 3)


def test_nothing_is_undefined() -> None:
    empty = Clusters(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
    counts = KIND["blanc"].counts(contingency(1, *as_scorer_reads(empty, empty)))
    assert Score(SCORER_BLANC, tuple(counts[0].tolist())).value is None
