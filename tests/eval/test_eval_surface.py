"""What `communique.eval` offers to programs: these names, each when it is asked for."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import communique.eval

NAMES = [
    "Counts",
    "Form",
    "Gate",
    "GateReport",
    "Interval",
    "Intervals",
    "Result",
    "Score",
    "Side",
    "Signature",
    "as_side",
    "intervals",
    "make_compute_metrics",
    "read_gate",
    "read_result",
    "read_side",
    "run_gate",
    "score",
    "score_records",
    "side_of_records",
    "write_result",
]


def test_the_names_are_these() -> None:
    assert communique.eval.__all__ == NAMES
    assert set(NAMES) <= set(dir(communique.eval))


def test_each_name_leads_to_something_that_is_documented() -> None:
    for name in NAMES:
        value = getattr(communique.eval, name)
        assert value.__doc__, name
        assert getattr(communique.eval, name) is value


def test_no_name_is_that_of_a_module() -> None:
    # importing the module would put it in the place of the name
    modules = {module.name for module in pkgutil.iter_modules(communique.eval.__path__)}
    assert not modules & set(NAMES)


def test_another_name_is_an_attribute_error() -> None:
    assert not hasattr(communique.eval, "f1_score")


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, communique.eval\n"
        "heavy = {'numpy', 'pyarrow', 'scipy', 'msgspec', 'yaml'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "from communique.eval import make_compute_metrics\n"
        "assert 'numpy' in sys.modules\n"
        "assert not {'pyarrow', 'scipy', 'transformers', 'seqeval'} & set(sys.modules)\n"
        "from communique.eval import *\n"
        "assert score_records and 'pyarrow' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
