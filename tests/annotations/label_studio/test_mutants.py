"""The tests of the synchronisation can fail: each of these faults, put in on purpose, is noticed.

Each is led to by a few steps that the random tests take too; the same steps pass without the fault.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio.model import OTHER, Work, second_user
from annotations.label_studio.own_server import OwnServer, own_server
from annotations.label_studio.proxy import Fault
from annotations.label_studio.syncing import ME
from communique.annotations.label_studio import pull as pulling
from communique.annotations.label_studio import push as pushing
from communique.annotations.label_studio import push_plan as planning
from communique.annotations.label_studio import state as remembering
from communique.annotations.label_studio.merge import Merged

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are of POSIX")

KEY = ME, "ferry-01"
Steps = Callable[[Work], None]
Break = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def own(
    label_studio_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnServer]:
    with own_server(label_studio_template, tmp_path_factory.mktemp("mutants")) as server:
        Work.own, Work.other, Work.restarts = server, second_user(server), 0
        yield server


# -- what goes wrong on purpose


def theirs_always_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pulling, "three_way", lambda _base, _ours, theirs, _: Merged("theirs", theirs))


def ours_always_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planning, "three_way", lambda _base, ours, _theirs, _: Merged("ours", ours))


def no_look_before_the_write(patch: pytest.MonkeyPatch) -> None:
    def update(change: Any, remote: Any, *_: Any) -> list[str]:
        remote.client.update_annotation(change.work.id, change.result)
        return []

    patch.setattr(pushing, "_update", update)


def conflicts_are_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pulling._Pull, "conflict", lambda *_: True)


def the_unsound_counts_as_read(patch: pytest.MonkeyPatch) -> None:
    real = pulling._Pull.reading
    patch.setattr(pulling._Pull, "reading", lambda *args: real(*args) or True)


def the_deleted_comes_back(patch: pytest.MonkeyPatch) -> None:
    real = planning.plan
    patch.setattr(
        planning, "plan", lambda *args, **options: real(*args, **{**options, "restore": True})
    )


def nothing_is_remembered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(remembering.State, "save", lambda _: None)


def imports_are_repeated_blindly(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pushing, "_missing", lambda wanted, *_: list(wanted))


def second_annotators_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = pulling._Pull.work
    patch.setattr(
        pulling._Pull,
        "work",
        lambda run, work, source: work.annotator == OTHER or real(run, work, source),
    )


def texts_are_not_compared(patch: pytest.MonkeyPatch) -> None:
    """An annotation of the old text is taken for one of the new."""
    from communique.annotations.label_studio import remote

    real = remote.Remote.find

    def find(self: Any, *args: Any, **options: Any) -> Any:
        found = real(self, *args, **options)
        for doc_id, tasks in found.stale.items():
            found.tasks.setdefault(doc_id, []).extend(tasks)
        return found

    patch.setattr(remote.Remote, "find", find)


# -- the steps that lead to it


def agree(work: Work) -> None:
    work.work_there(KEY)
    work.pull()
    work.pull(everything=True)
    assert KEY in work.agreed


def edits_on_both_sides(work: Work) -> None:
    agree(work)
    work.work_there(KEY)
    work.work_here(KEY)
    work.pull()


def a_push_over_edits_on_both_sides(work: Work) -> None:
    agree(work)
    work.work_there(KEY)
    work.work_here(KEY)
    work.push(ME)


def an_edit_during_a_push(work: Work) -> None:
    agree(work)
    work.both_at_once(KEY)


def something_unsound(work: Work) -> None:
    work.spoil_there(KEY)
    work.pull()
    work.pull()


def a_deletion(work: Work) -> None:
    agree(work)
    work.delete_annotation(KEY)
    work.push(ME)


def edits_here_then_there(work: Work) -> None:
    agree(work)
    work.work_here(KEY)
    work.push(ME)
    work.pull(everything=True)
    work.work_there(KEY)
    work.pull()


def an_import_whose_answer_is_lost(work: Work) -> None:
    for number in range(4, 8):  # one of them is the import
        work.delete_task(KEY[1])
        work.stumble("push", ME, number, Fault(reset=True))


def work_of_the_second(work: Work) -> None:
    work.work_there((OTHER, KEY[1]))
    work.pull()


def a_new_text(work: Work) -> None:
    work.change_text(KEY[1])
    work.push(ME)
    work.finish()


MUTANTS: dict[Break, Steps] = {
    theirs_always_wins: edits_on_both_sides,
    ours_always_wins: a_push_over_edits_on_both_sides,
    no_look_before_the_write: an_edit_during_a_push,
    conflicts_are_not_told: edits_on_both_sides,
    the_unsound_counts_as_read: something_unsound,
    the_deleted_comes_back: a_deletion,
    nothing_is_remembered: edits_here_then_there,
    imports_are_repeated_blindly: an_import_whose_answer_is_lost,
    second_annotators_are_forgotten: work_of_the_second,
    texts_are_not_compared: a_new_text,
}


def run(steps: Steps) -> None:
    work = Work()
    try:
        steps(work)
    finally:
        work.stack.close()


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("steps", dict.fromkeys(MUTANTS.values()), ids=lambda steps: steps.__name__)
def test_the_steps_are_sound(steps: Steps) -> None:
    run(steps)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_fault_in_the_program_is_noticed(mutant: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises(AssertionError):
        run(MUTANTS[mutant])
