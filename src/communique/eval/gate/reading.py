"""Gate files: TOML, strictly read.

::

    baseline = "../results/rules.json"    # a stored result, seen from this file
    split = "test"

    [[check]]
    measure = "mentions.strict"
    min = 0.60                            # of the value that the measure reports
    max_drop = 0.02                       # below the baseline

    [[check]]
    measure = "mentions.strict"
    type = ["PER", "GPE"]                 # each for itself
    value = "recall"
    not_significantly_worse = true        # than the baseline

Of the whole gate: ``name``, ``baseline``, ``split``, ``undefined`` (``fail`` or ``pass``), and for
the tests ``unit``, ``resamples``, ``seed``, ``alpha``. Of a check: ``measure``, ``type``,
``value``, ``undefined``, and one or more of ``min``, ``max``, ``max_drop``,
``not_significantly_worse``.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from communique.errors import InvalidInput, Problem, quoted
from communique.eval.compare import ALPHA
from communique.eval.gate.gate import MACRO, Demand, Gate, Kind
from communique.eval.inputs import FACTS
from communique.eval.measures import MEASURES, Measure
from communique.eval.statistics.interval import RESAMPLES, SEED
from communique.files import read_text
from communique.schemas.schema import load_schema

__all__ = ["parse_check", "parse_gate", "read_gate"]

GATE_KEYS = (
    "name",
    "baseline",
    "split",
    "undefined",
    "unit",
    "resamples",
    "seed",
    "alpha",
    "check",
)
BOUNDS: tuple[Kind, ...] = ("min", "max", "max_drop")
TEST: Kind = "not_significantly_worse"
CHECK_KEYS = ("measure", "type", "value", "undefined", *BOUNDS, TEST)

SIGNED = frozenset({"kappa", "alpha"})
"""Values that chance makes zero, so that they may be negative."""

MOST_RESAMPLES = 1_000_000


def read_gate(path: Path) -> Gate:
    """The gate in a TOML file.

    Raises:
        InvalidInput: the file cannot be read or is no gate; everything that is wrong with it.

    """
    return parse_gate(read_text(path), path)


def parse_gate(text: str, path: Path) -> Gate:
    """The gate in a text that stands, or could stand, at a path.

    Raises:
        InvalidInput: everything that is wrong with it.

    """
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = quoted(str(error) or type(error).__name__)[1:-1]
        problem = Problem(check="gate.toml", found=found, expected="TOML", file=str(path))
        raise InvalidInput([problem]) from error
    return _Reader(path).gate(raw)


def parse_check(check: Mapping[str, Any], source: Path) -> tuple[Demand, ...]:
    """The demands of one check, given as a gate file would have it.

    Raises:
        InvalidInput: everything that is wrong with it.

    """
    reader = _Reader(source)
    demands = tuple(reader.demands([dict(check)], undefined=False))
    if reader.problems:
        raise InvalidInput(reader.problems)
    return demands


class _Reader:
    """Turns TOML into a gate, and collects what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def gate(self, raw: Mapping[str, Any]) -> Gate:
        self.known(raw, GATE_KEYS, "$")
        name = self.text(raw, "name", "$")
        baseline = self.text(raw, "baseline", "$")
        split = self.choice(raw, "split", load_schema().labels("split"), "$")
        unit = self.choice(raw, "unit", ("document", *FACTS), "$")
        undefined = self.choice(raw, "undefined", ("fail", "pass"), "$")
        resamples = self.whole(raw, "resamples", 100, MOST_RESAMPLES)
        seed = self.whole(raw, "seed", 0, 2**63 - 1)
        alpha = self.number(raw, "alpha", 0.0, 0.5, "$")
        if alpha == 0:
            self.wrong("$.alpha", "0", "a number above 0: at 0 no test can fail")
        demands = tuple(self.demands(raw.get("check"), undefined == "pass"))
        comparing = [one for one in demands if one.needs_baseline]
        if comparing and baseline is None:
            found, mend = "no baseline to compare with", 'say baseline = "FILE" at the top'
            self.wrong(comparing[0].path, found, "the file of a stored result", mend)
        if self.problems:
            raise InvalidInput(self.problems)
        return Gate(
            name or self.path.stem,
            demands,
            None if baseline is None else self.path.parent / baseline,
            split,
            unit or "document",
            RESAMPLES if resamples is None else resamples,
            SEED if seed is None else seed,
            ALPHA if alpha is None else alpha,
        )

    def demands(self, raw: object, undefined: bool) -> Iterator[Demand]:
        """Each condition of each check, once for each of its types."""
        if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw) or not raw:
            found = "no check" if raw in (None, []) else quoted(raw)
            self.wrong("$.check", found, "at least one [[check]]")
            return
        seen: set[str] = set()
        for number, check in enumerate(raw):
            path = f"$.check[{number}]"
            for demand in self.check(check, path, undefined):
                key = f"{demand.number} {demand.kind}"
                if key in seen:
                    self.wrong(path, f"{key} again", "each condition once")
                seen.add(key)
                yield demand

    def check(self, raw: Mapping[str, Any], path: str, undefined: bool) -> Iterator[Demand]:
        self.known(raw, CHECK_KEYS, path)
        measure = self.measure(raw, path)
        said = self.choice(raw, "undefined", ("fail", "pass"), path)
        passes = undefined if said is None else said == "pass"
        types = self.types(raw, measure, path)
        value = self.value(raw, measure, types, path)
        low = -1.0 if value in SIGNED else 0.0
        bounds: dict[Kind, float | None] = {
            kind: self.number(raw, kind, 0.0 if kind == "max_drop" else low, 1.0, path)
            for kind in BOUNDS
        }
        least, most = bounds["min"], bounds["max"]
        if least is not None and most is not None and least > most:
            self.wrong(f"{path}.min", f"{least:g}", f"at most max, which is {most:g}")
        if TEST in raw and not isinstance(raw[TEST], bool):
            self.wrong(f"{path}.{TEST}", quoted(raw[TEST]), "true or false")
        elif raw.get(TEST) and value == MACRO:
            self.wrong(f"{path}.{TEST}", "a test of macro", "one of a value that counts sum up to")
        kinds: list[Kind] = []
        kinds.extend(kind for kind in BOUNDS if bounds[kind] is not None)
        if raw.get(TEST) is True:
            kinds.append(TEST)
        if not any(kind in raw and raw[kind] is not False for kind in (*BOUNDS, TEST)):
            self.wrong(path, "no condition", f"some of {', '.join((*BOUNDS, TEST))}")
        if measure is None:
            return
        for one in types:
            for kind in kinds:
                yield Demand(measure.name, one, value, kind, bounds.get(kind), passes, path)

    def measure(self, raw: Mapping[str, Any], path: str) -> Measure | None:
        name = raw.get("measure")
        if isinstance(name, str) and name in MEASURES:
            return MEASURES[name]
        expected, mend = "a measure of `communique eval measures`", None
        if isinstance(name, str) and (close := difflib.get_close_matches(name, MEASURES, n=1)):
            mend = f"say {close[0]}"
        found = quoted(name) if "measure" in raw else "no measure"
        self.wrong(f"{path}.measure", found, expected, mend)
        return None

    def types(self, raw: Mapping[str, Any], measure: Measure | None, path: str) -> list[str | None]:
        """The types that a check is about; ``None`` is all of them together."""
        if "type" not in raw:
            return [None]
        said = raw["type"] if isinstance(raw["type"], list) else [raw["type"]]
        if measure is None:
            return []
        if measure.types is None:
            self.wrong(f"{path}.type", quoted(raw["type"]), f"none: {measure.name} has no types")
            return []
        labels = load_schema().labels(measure.types)
        wrong = [one for one in said if one not in labels]
        for one in wrong:
            self.wrong(f"{path}.type", quoted(one), f"one of {', '.join(labels)}")
        if not said:
            self.wrong(f"{path}.type", "an empty list", "a type, or no such key for all together")
        return [one for one in said if one in labels]

    def value(
        self,
        raw: Mapping[str, Any],
        measure: Measure | None,
        types: list[str | None],
        path: str,
    ) -> str:
        """The name of the number; by default of the one that the measure reports."""
        if measure is None:
            return ""
        if "value" not in raw:
            return measure.form.headline
        names = [*measure.form.compute(np.zeros(len(measure.form.columns)))]
        if measure.types is not None and types == [None]:
            names.append(MACRO)
        return self.choice(raw, "value", names, path) or measure.form.headline

    def known(self, raw: Mapping[str, Any], keys: Iterable[str], path: str) -> None:
        for key in raw:
            if key not in keys:
                close = difflib.get_close_matches(key, keys, n=1)
                mend = f"say {close[0]}" if close else None
                expected = f"only the keys {', '.join(keys)}"
                self.wrong(path, f"unknown key {quoted(key)}", expected, mend)

    def text(self, raw: Mapping[str, Any], key: str, path: str) -> str | None:
        value = raw.get(key)
        if key in raw and not (isinstance(value, str) and value.strip() and value.isprintable()):
            self.wrong(f"{path}.{key}", quoted(value), "text on one line")
            return None
        return value

    def choice(
        self, raw: Mapping[str, Any], key: str, options: Iterable[str], path: str
    ) -> str | None:
        value = raw.get(key)
        if key in raw and value not in tuple(options):
            self.wrong(f"{path}.{key}", quoted(value), f"one of {', '.join(options)}")
            return None
        return value

    def whole(self, raw: Mapping[str, Any], key: str, low: int, high: int) -> int | None:
        value = raw.get(key)
        if key in raw and not (type(value) is int and low <= value <= high):
            self.wrong(f"$.{key}", quoted(value), f"a whole number from {low} to {high}")
            return None
        return value

    def number(
        self, raw: Mapping[str, Any], key: str, low: float, high: float, path: str
    ) -> float | None:
        if key not in raw:
            return None
        value = raw[key]
        if type(value) not in (int, float):
            self.wrong(f"{path}.{key}", quoted(value), f"a number from {low:g} to {high:g}")
            return None
        if not low <= value <= high:
            percent = math.isfinite(value) and high < value <= 100 * high
            mend = f"{value:g} % is {value / 100:g}" if percent else None
            self.wrong(f"{path}.{key}", f"{value:g}", f"a number from {low:g} to {high:g}", mend)
            return None
        return float(value)

    def wrong(self, path: str, found: str, expected: str, mend: str | None = None) -> None:
        self.problems.append(
            Problem(
                check="gate.content",
                found=found,
                expected=expected,
                mend=mend,
                file=str(self.path),
                path=path,
            )
        )
