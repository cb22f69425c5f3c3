from __future__ import annotations

import re

from communique.eval.measures import MEASURES
from communique.project import resource_folder


def test_the_table_of_peers_names_every_measure_and_no_other() -> None:
    text = (resource_folder("eval") / "peers.md").read_text(encoding="utf-8")
    named = set()
    for line in text.splitlines():
        cell = line.split("|")[2] if line.count("|") == 4 else ""
        whole = re.findall(r"`(peers\.[a-z0-9]+)\.", cell)
        for name in re.findall(r"`(peers\.[^`]+|\.[^`]+)`", cell):
            named.add(name if name.startswith("peers.") else whole[0] + name)
    assert named == {name for name in MEASURES if name.startswith("peers.")}
    others = re.findall(r"`((?:coref|mentions|events)\.[a-z0-9.-]+)`", text)
    assert others
    assert set(others) <= set(MEASURES)


def test_peers_are_scored_only_by_name() -> None:
    assert not any(one.default for name, one in MEASURES.items() if name.startswith("peers."))
    assert all(one.definition for name, one in MEASURES.items() if name.startswith("peers."))
