from __future__ import annotations

from fractions import Fraction as F
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterings import Clustering, clustering, clusterings, sides, table
from communique.eval.contingency import contingency, without_singletons
from communique.eval.coreference import KINDS
from communique.eval.counts import Score

KIND = {kind.name: kind for kind in KINDS}
SPLIT = {"b3", "lea"}
"""Measures whose precision and recall have different numerators."""


def scored(name: str, gold: list[Clustering], pred: list[Clustering]) -> Score:
    kind = KIND[name]
    counts = kind.counts(table(gold, pred))
    assert counts.shape == (len(gold), len(kind.form.columns))
    return Score(kind.form, tuple(counts.sum(axis=0).tolist()))


def values(name: str, gold: str, pred: str) -> tuple[float | None, float | None, float | None]:
    score = scored(name, [clustering(gold)], [clustering(pred)])
    return score.values["precision"], score.values["recall"], score.values["f1"]


# The key of Pradhan et al. (2014) and the responses that go with it: what is missing, invented, all
# apart, all together.
KEY = "a bc def"

CASES = [
    # --- response {a} {de}
    # one link of the response (d-e), right; the key has 0 + 1 + 2
    ("muc", KEY, "a de", F(1, 1), F(1, 3)),
    # a, d, e are among their own: 3 of 3; a 1, d and e 2/3 each: 7/3 of 6
    ("b3", KEY, "a de", F(1), F(7, 18)),
    # {a}-{a} 1, {def}-{de} 2: 3 of 3 and of 6
    ("ceaf-m", KEY, "a de", F(1), F(1, 2)),
    # 2·1/2 + 2·2/5 = 9/5 of 2 and of 3 clusters
    ("ceaf-e", KEY, "a de", F(9, 10), F(3, 5)),
    # {a} alone on both sides 1, {de} 2·1/1: 3 of 3; {a} 1, {bc} 0, {def} 3·1/3: 2 of 6
    ("lea", KEY, "a de", F(1), F(1, 3)),
    # links 1 of 1 and of 1+3; others ad, ae: 2 of 2 and of 15-4
    ("blanc", KEY, "a de", F(1), (F(1, 4) + F(2, 11)) / 2),
    # --- response {a} {bcx} {defy} {z}
    # b-c, d-e, e-f: 3 of 2+3 and of 3
    ("muc", KEY, "a bcx defy z", F(3, 5), F(1)),
    # 1 + 2·2/3 + 3·3/4 = 55/12 of 9; 6 of 6
    ("b3", KEY, "a bcx defy z", F(55, 108), F(1)),
    ("ceaf-m", KEY, "a bcx defy z", F(6, 9), F(1)),
    # 1 + 4/5 + 6/7 = 93/35 of 4 and of 3
    ("ceaf-e", KEY, "a bcx defy z", F(93, 140), F(31, 35)),
    # 1 + 3·1/3 + 4·3/6 + 0 = 4 of 9; 6 of 6
    ("lea", KEY, "a bcx defy z", F(4, 9), F(1)),
    # links 4 of 3+6 and of 4; others 11 of 36-9 and of 11
    ("blanc", KEY, "a bcx defy z", (F(4, 9) + F(11, 27)) / 2, F(1)),
    # --- response {a} {bcx} {dy} {z}
    # b-c: 1 of 2+1 and of 3
    ("muc", KEY, "a bcx dy z", F(1, 3), F(1, 3)),
    # 1 + 2·2/3 + 1/2 = 17/6 of 7; 1 + 1 + 1 + 1/3 = 10/3 of 6
    ("b3", KEY, "a bcx dy z", F(17, 42), F(5, 9)),
    ("ceaf-m", KEY, "a bcx dy z", F(4, 7), F(4, 6)),
    # 1 + 4/5 + 2/5 = 11/5 of 4 and of 3
    ("ceaf-e", KEY, "a bcx dy z", F(11, 20), F(11, 15)),
    # 1 + 3·1/3 + 0 + 0 = 2 of 7; 1 + 2 + 0 = 3 of 6
    ("lea", KEY, "a bcx dy z", F(2, 7), F(1, 2)),
    # links 1 of 3+1 and of 4; others: 6 pairs of a, b, c, d less bc: 5 of 21-4 and of 11
    ("blanc", KEY, "a bcx dy z", (F(1, 4) + F(5, 17)) / 2, (F(1, 4) + F(5, 11)) / 2),
    # --- all apart
    # no link in the response: precision is undefined
    ("muc", KEY, "a b c d e f", None, F(0)),
    # 6 of 6; 1 + 2·1/2 + 3·1/3 = 3 of 6
    ("b3", KEY, "a b c d e f", F(1), F(1, 2)),
    ("ceaf-m", KEY, "a b c d e f", F(1, 2), F(1, 2)),
    # 1 + 2/3 + 2/4 = 13/6 of 6 and of 3
    ("ceaf-e", KEY, "a b c d e f", F(13, 36), F(13, 18)),
    ("lea", KEY, "a b c d e f", F(1, 6), F(1, 6)),
    # links 0 of 0 and of 4: worth 0; others 11 of 15 and of 11
    ("blanc", KEY, "a b c d e f", F(11, 30), F(1, 2)),
    # --- all together
    ("muc", KEY, "abcdef", F(3, 5), F(1)),
    # 1/6 + 2·2/6 + 3·3/6 = 14/6 of 6
    ("b3", KEY, "abcdef", F(7, 18), F(1)),
    ("ceaf-m", KEY, "abcdef", F(1, 2), F(1, 2)),
    # 2·3/9 of 1 and of 3
    ("ceaf-e", KEY, "abcdef", F(2, 3), F(2, 9)),
    # 6·4/15 of 6; {a} is no singleton in the response: 0 + 2 + 3 of 6
    ("lea", KEY, "abcdef", F(4, 15), F(5, 6)),
    # links 4 of 15 and of 4; others 0 of 0 and of 11
    ("blanc", KEY, "abcdef", F(2, 15), F(1, 2)),
    # --- the example of Luo et al. (2014): a is missed, x invented, bc wrongly joined
    # cells ab∩bcx 1, cde∩bcx 1, cde∩de 2: 4 common mentions in 3 cells: 1 of 2+1 and of 1+2
    ("muc", "ab cde", "bcx de", F(1, 3), F(1, 3)),
    # b 1/3, c 1/3, d 1, e 1: 8/3 of 5; b 1/2, c 1/3, d 2/3, e 2/3: 13/6 of 5
    ("b3", "ab cde", "bcx de", F(8, 15), F(13, 30)),
    ("ceaf-m", "ab cde", "bcx de", F(3, 5), F(3, 5)),
    # ab-bcx 2/5, cde-de 4/5: 6/5 of 2 and of 2
    ("ceaf-e", "ab cde", "bcx de", F(3, 5), F(3, 5)),
    # {de} 2·1: 2 of 5; {cde} 3·1/3: 1 of 5
    ("lea", "ab cde", "bcx de", F(2, 5), F(1, 5)),
    # links: de, 1 of 4 and of 4; others: bd, be, 2 of 6 and of 6
    ("blanc", "ab cde", "bcx de", F(7, 24), F(7, 24)),
    # --- Bagga and Baldwin (1998): a small cluster joined to a big one, then two big ones. MUC sees
    # no difference, B³ does.
    ("muc", "12345 67 89ABC", "12345 6789ABC", F(9, 10), F(1)),
    ("muc", "12345 67 89ABC", "1234589ABC 67", F(9, 10), F(1)),
    # 5 + 2·2/7 + 5·5/7 = 64/7 of 12; 10·1/2 + 2 = 7 of 12
    ("b3", "12345 67 89ABC", "12345 6789ABC", F(16, 21), F(1)),
    ("b3", "12345 67 89ABC", "1234589ABC 67", F(7, 12), F(1)),
    # 1 + 2·5/12 = 11/6 of 2 and of 3
    ("ceaf-e", "12345 67 89ABC", "12345 6789ABC", F(11, 12), F(11, 18)),
    # 5 + 7·(1+10)/21 = 26/3 of 12
    ("lea", "12345 67 89ABC", "12345 6789ABC", F(13, 18), F(1)),
    # --- Vilain et al. (1995)
    ("muc", "ABCD", "AB CD", F(1), F(2, 3)),
    ("muc", "AB CD", "ABCD", F(2, 3), F(1)),
    ("muc", "ABC", "AC", F(1), F(1, 2)),
    ("muc", "BCDEGHJ", "ABC DEF GHI", F(3, 6), F(3, 6)),
    ("muc", "ABC DEFG", "AB CD FGH", F(2, 4), F(2, 5)),
    # --- an optimal map that is not greedy: 3+0 < 2+2
    ("ceaf-m", "abcde fg", "abcfg de", F(4, 7), F(4, 7)),
    # --- boundaries of BLANC
    ("blanc", "abcdef", "abcdef", F(1), F(1)),
    ("blanc", "a b c", "a b c", F(1), F(1)),
    # one cluster in the key: links 4 of 1+3 and of 15; others 0 of 11 and of 0
    ("blanc", "abcdef", "ab cde f", F(1, 2), F(2, 15)),
    # only singletons in the key: links 0 of 4 and of 0; others 11 of 11 and of 15
    ("blanc", "a b c d e f", "ab cde f", F(1, 2), F(11, 30)),
    ("blanc", "a b c", "d e f", F(0), F(0)),
    # a mention on each side and no link of any kind
    ("blanc", "a", "a", F(1), F(1)),
    ("blanc", "a", "b", F(0), F(0)),
    ("blanc", "a", "", F(0), F(0)),
    ("blanc", "", "", None, None),
    ("muc", "a b", "a b", None, None),
    ("b3", "a", "", None, F(0)),
    ("ceaf-e", "", "a", F(0), None),
]


@pytest.mark.parametrize(("name", "gold", "pred", "precision", "recall"), CASES)
def test_by_hand(name: str, gold: str, pred: str, precision: F | None, recall: F | None) -> None:
    found = values(name, gold, pred)
    assert found[0] == (None if precision is None else pytest.approx(float(precision)))
    assert found[1] == (None if recall is None else pytest.approx(float(recall)))
    if precision is not None and recall is not None and name != "blanc":
        both = precision + recall
        f1 = 2 * precision * recall / both if both else F(0)
        assert found[2] == pytest.approx(float(f1))


@pytest.mark.parametrize(
    ("gold", "pred", "f1"),
    [
        # means of F1, not the F1 of means: links 2·1/(1+4), others 2·2/(2+11)
        (KEY, "a de", (F(2, 5) + F(4, 13)) / 2),
        (KEY, "a bcx dy z", (F(2, 8) + F(10, 28)) / 2),
        (KEY, "a b c d e f", (F(0) + F(22, 26)) / 2),
        (KEY, "abcdef", (F(8, 19) + F(0)) / 2),
        ("ab cde", "bcx de", F(7, 24)),
        ("abcdef", "ab cde f", (F(8, 19) + F(0)) / 2),
        ("a b c d e f", "ab cde f", (F(0) + F(22, 26)) / 2),
        # no coreference link on either side: 3 of the others of 15 and of 15
        ("a b c d e f", "a b c x y z", F(3, 15)),
        # no other link on either side
        ("abcdef", "abcxyz", F(3, 15)),
    ],
)
def test_blanc_f1_by_hand(gold: str, pred: str, f1: F) -> None:
    assert values("blanc", gold, pred)[2] == pytest.approx(float(f1))


def test_conll_is_the_mean_of_three_f1() -> None:
    # MUC 1/3; B³ of 17/42 and 5/9: 170/363; CEAF-e 2·(11/5)/(4+3) = 22/35
    f1 = (F(1, 3) + F(170, 363) + F(22, 35)) / 3
    assert values("conll", KEY, "a bcx dy z")[2] == pytest.approx(float(f1))
    # MUC has nothing to say about singletons: B³ 1/2 and CEAF-e 1/2 are left
    assert values("conll", "a b", "a c")[2] == pytest.approx(0.5)
    assert values("conll", "", "") == (None, None, None)


def test_sums_over_documents_are_what_is_divided() -> None:
    # MUC 1 of 1 and 1, and 1 of 2 and 3: 2 of 3 and 4, not the mean of two scores
    gold, pred = [clustering("ab"), clustering("abcd")], [clustering("ab"), clustering("abx")]
    assert scored("muc", gold, pred).sums == (2, 3, 4)


def test_a_span_that_a_cluster_has_twice_counts_once() -> None:
    for name in KIND:
        assert values(name, KEY, "a bcxbb dy z") == values(name, KEY, "a bcx dy z")
        assert values(name, "aa bcbc def", "a bcx dy z") == values(name, KEY, "a bcx dy z")


def test_a_span_in_two_clusters_is_two_mentions_that_are_matched_once() -> None:
    # gold {ab} {c}; response {ab} {ac}: the a of {ab} has two spans in common with {ab}, that of
    # {ac} one, so the former is the gold's a and the latter is invented.
    # B³: a 1, b 1, a 0, c 1/2: 5/2 of 4; a 1, b 1, c 1: 3 of 3
    assert values("b3", "ab c", "ab ac")[:2] == (5 / 8, 1.0)
    assert values("b3", "ab c", "ac ab")[:2] == (5 / 8, 1.0)
    # MUC: a-b: 1 of 2 and of 1
    assert values("muc", "ab c", "ab ac")[:2] == (1 / 2, 1.0)
    # a hedge does not help: each copy beyond the first can only be wrong
    assert values("ceaf-m", "ab", "a a a ab ab")[:2] == (2 / 7, 1.0)


def test_without_singletons_drops_what_stands_alone() -> None:
    left = without_singletons(sides([clustering("a bc d"), clustering("aa x yz")]))
    assert sorted(zip(left.doc.tolist(), map(chr, left.start.tolist()), strict=True)) == [
        (0, "b"),
        (0, "c"),
        (1, "y"),
        (1, "z"),
    ]


# ------------------------------------------------------------------ oracles from the definitions


def muc_recall(gold: Clustering, pred: Clustering) -> tuple[F, F]:
    right = total = 0
    for cluster in gold:
        # the parts into which the other side splits the cluster; what it lacks is a part each
        parts = {
            next((n for n, other in enumerate(pred) if m in other), f"alone {m}") for m in cluster
        }
        right += len(cluster) - len(parts)
        total += len(cluster) - 1
    return F(right), F(total)


def b_cubed_recall(gold: Clustering, pred: Clustering) -> tuple[F, F]:
    right, total = F(0), 0
    for cluster in gold:
        for mention in cluster:
            total += 1
            for other in pred:
                if mention in other:
                    right += F(len(set(cluster) & set(other)), len(cluster))
    return right, F(total)


def lea_recall(gold: Clustering, pred: Clustering) -> tuple[F, F]:
    right, total = F(0), 0
    for cluster in gold:
        total += len(cluster)
        if len(cluster) == 1:
            right += cluster in pred
            continue
        links = list(combinations(cluster, 2))
        found = [
            link for link in links if any(link[0] in other and link[1] in other for other in pred)
        ]
        right += len(cluster) * F(len(found), len(links))
    return right, F(total)


def ceaf_similarity(gold: Clustering, pred: Clustering, *, entity: bool) -> F:
    def phi(one: list[int], other: list[int]) -> F:
        common = len(set(one) & set(other))
        return F(2 * common, len(one) + len(other)) if entity else F(common)

    short, long = sorted((gold, pred), key=len)
    return max(
        sum((phi(one, other) for one, other in zip(short, chosen, strict=True)), F(0))
        for chosen in permutations(long, len(short))
    )


def blanc_links(clusters: Clustering) -> tuple[set[frozenset[int]], set[frozenset[int]]]:
    together = {frozenset(link) for one in clusters for link in combinations(one, 2)}
    mentions = [mention for one in clusters for mention in one]
    return together, {frozenset(link) for link in combinations(mentions, 2)} - together


@given(clusterings(), clusterings())
@settings(max_examples=300, deadline=None)
def test_muc_b3_and_lea_are_their_definitions(gold: Clustering, pred: Clustering) -> None:
    for name, recall in (("muc", muc_recall), ("b3", b_cubed_recall), ("lea", lea_recall)):
        sums = scored(name, [gold], [pred]).sums
        right_pred, n_pred = recall(pred, gold)
        right_gold, n_gold = recall(gold, pred)
        if name == "muc":
            assert right_pred == right_gold
            assert sums == (float(right_gold), float(n_pred), float(n_gold))
        else:
            wanted = [float(one) for one in (right_pred, n_pred, right_gold, n_gold)]
            assert sums == pytest.approx(wanted, abs=1e-9)


@given(clusterings(), clusterings())
@settings(max_examples=300, deadline=None)
def test_ceaf_tries_every_map(gold: Clustering, pred: Clustering) -> None:
    mentions = scored("ceaf-m", [gold], [pred]).sums
    assert mentions == (
        float(ceaf_similarity(gold, pred, entity=False)),
        float(sum(map(len, pred))),
        float(sum(map(len, gold))),
    )
    clusters = scored("ceaf-e", [gold], [pred]).sums
    similarity = float(ceaf_similarity(gold, pred, entity=True))
    assert clusters == pytest.approx((similarity, len(pred), len(gold)), abs=1e-9)


@given(clusterings(), clusterings())
@settings(max_examples=300, deadline=None)
def test_blanc_counts_links_of_both_kinds(gold: Clustering, pred: Clustering) -> None:
    coref_gold, other_gold = blanc_links(gold)
    coref_pred, other_pred = blanc_links(pred)
    score = scored("blanc", [gold], [pred])
    assert score.sums[:6] == (
        len(coref_gold & coref_pred),
        len(coref_pred),
        len(coref_gold),
        len(other_gold & other_pred),
        len(other_pred),
        len(other_gold),
    )
    # the three boundary cases of Luo et al. (2014), section 3.2, and what is left
    mentions_gold, mentions_pred = (
        {mention for one in side for mention in one} for side in (gold, pred)
    )

    def f1(one: set[frozenset[int]], other: set[frozenset[int]]) -> F:
        return F(2 * len(one & other), len(one) + len(other))

    wanted: F | None
    if not (coref_gold or coref_pred or other_gold or other_pred):
        nothing = not (mentions_gold or mentions_pred)
        wanted = None if nothing else F(mentions_gold == mentions_pred)
    elif not (coref_gold or coref_pred):
        wanted = f1(other_gold, other_pred)
    elif not (other_gold or other_pred):
        wanted = f1(coref_gold, coref_pred)
    else:
        wanted = (f1(coref_gold, coref_pred) + f1(other_gold, other_pred)) / 2
    assert score.value == (None if wanted is None else pytest.approx(float(wanted)))


# ------------------------------------------------------------------------------------ invariants

overlapping = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), max_size=5)
"""Clusters that may share mentions, have one twice, and be equal."""


def all_sums(gold: list[Clustering], pred: list[Clustering]) -> dict[str, tuple[float, ...]]:
    return {name: scored(name, gold, pred).sums for name in KIND}


@given(overlapping)
@settings(max_examples=200, deadline=None)
def test_a_side_against_itself_is_one(clusters: Clustering) -> None:
    for name in KIND:
        assert scored(name, [clusters], [clusters]).value in (1.0, None)


@given(st.data(), overlapping, overlapping)
@settings(max_examples=300, deadline=None)
def test_order_changes_nothing(data: st.DataObject, gold: Clustering, pred: Clustering) -> None:
    def shuffled(clusters: Clustering) -> Clustering:
        return [data.draw(st.permutations(one)) for one in data.draw(st.permutations(clusters))]

    assert all_sums([shuffled(gold)], [shuffled(pred)]) == all_sums([gold], [pred])


@given(overlapping, overlapping)
@settings(max_examples=300, deadline=None)
def test_swapping_the_sides_swaps_precision_and_recall(gold: Clustering, pred: Clustering) -> None:
    for name in KIND:
        forward, back = scored(name, [gold], [pred]).values, scored(name, [pred], [gold]).values
        assert forward["precision"] == back["recall"]
        assert forward["f1"] == back["f1"]
        assert all(value is None or 0 <= value <= 1 for value in forward.values())


@given(st.lists(st.tuples(overlapping, overlapping), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_documents_are_counted_apart(documents: list[tuple[Clustering, Clustering]]) -> None:
    gold, pred = ([pair[i] for pair in documents] for i in (0, 1))
    whole = table(gold, pred)
    for kind in KINDS:
        counts = kind.counts(whole)
        for number, (one_gold, one_pred) in enumerate(documents):
            assert (counts[number] == kind.counts(table([one_gold], [one_pred]))[0]).all()


def test_many_mentions_and_none() -> None:
    rng = np.random.default_rng(7)
    mentions = rng.permutation(2_000).tolist()
    chunks = [mentions[at : at + 4] for at in range(0, 2_000, 4)]
    moved = [mentions[at : at + 4] for at in range(2, 2_000, 4)]
    # each cluster meets two of the other side in two mentions each, so all are one component, and
    # each of the 500 clusters can have two mentions in common with one of its own
    assert scored("ceaf-m", [chunks], [moved]).sums == (1_000, 1_998, 2_000)
    empty = contingency(3, sides([]), sides([]))
    for kind in KINDS:
        assert (kind.counts(empty) == 0).all()
        assert kind.counts(empty).shape == (3, len(kind.form.columns))
