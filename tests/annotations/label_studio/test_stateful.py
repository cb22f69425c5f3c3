"""People and programs do anything in any order; nothing that anybody annotated is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from annotations.label_studio.model import Work, second_user
from annotations.label_studio.own_server import OwnServer, own_server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are of POSIX")


@pytest.fixture(scope="module")
def own(
    label_studio_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnServer]:
    with own_server(label_studio_template, tmp_path_factory.mktemp("stateful")) as server:
        Work.own, Work.other, Work.restarts = server, second_user(server), 0
        yield server


@pytest.mark.usefixtures("own")
def test_nothing_that_anybody_annotated_is_lost() -> None:
    run_state_machine_as_test(
        Work,
        settings=settings(
            max_examples=11,
            stateful_step_count=15,
            deadline=None,
            phases=(Phase.generate,),  # to find a shorter way takes too many calls
            derandomize=True,
            database=None,
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
        ),
    )
