from __future__ import annotations

import pytest

from predicted import Predicted


@pytest.mark.parametrize(
    ("text", "trigger", "kind", "roles"),
    [
        (
            "Kenya and Ghana held talks on Tuesday.",
            "talks",
            ("CONSULT", None),
            {"actor": ["Kenya", "Ghana"], "time": ["Tuesday"]},
        ),
        (
            "Ida Roth met Jan Borg in Tokyo.",
            "met",
            ("CONSULT", None),
            {"actor": ["Ida Roth", "Jan Borg"], "place": ["Tokyo"]},
        ),
        (
            "The Kenyan president visited Ghana.",
            "visited",
            ("CONSULT", "visit"),
            {"actor": ["The Kenyan president"], "recipient": ["Ghana"]},
        ),
        (
            "Kenya expelled two Ghanaian diplomats.",
            "expelled",
            ("SANCTION", "expel"),
            {"actor": ["Kenya"], "recipient": ["two Ghanaian diplomats"]},
        ),
        (
            "Two Ghanaian diplomats were expelled by Kenya.",
            "expelled",
            ("SANCTION", "expel"),
            {"actor": ["Kenya"], "recipient": ["Two Ghanaian diplomats"]},
        ),
        (
            "Kenya accused Ghana of theft.",
            "accused",
            ("ACCUSE", None),
            {"actor": ["Kenya"], "recipient": ["Ghana"]},
        ),
        (
            "Kenya and Ghana began joint exercises.",
            "exercises",
            ("COOPERATE", None),
            {"actor": ["Kenya"], "recipient": ["Ghana"]},
        ),
        (
            "Kenya imposed sanctions on Ghana.",
            "sanctions",
            ("SANCTION", None),
            {"actor": ["Kenya"], "recipient": ["Ghana"]},
        ),
        (
            "Kenya urged Ghana to release the ship.",
            "release",
            ("RETREAT", "release"),
            {"actor": ["Ghana"]},
        ),
        (
            "Ida Roth condemned the seizure of a ship by Kenya.",
            "seizure",
            ("COERCE", "seize"),
            {"actor": ["Kenya"]},
        ),
    ],
)
def test_type_mode_and_arguments(
    text: str, trigger: str, kind: tuple[str, str | None], roles: dict[str, list[str]]
) -> None:
    found = Predicted(text)
    event = found.event(trigger)
    assert (event.type, event.mode) == kind
    assert found.roles(trigger) == roles


@pytest.mark.parametrize(
    ("text", "trigger", "facts"),
    [
        ("Kenya met Ghana.", "met", ("actual", "positive", "certain")),
        ("Kenya will meet Ghana.", "meet", ("future", "positive", "certain")),
        ("Kenya agreed to meet Ghana.", "meet", ("future", "positive", "certain")),
        ("Kenya may meet Ghana.", "meet", ("hypothetical", "positive", "possible")),
        ("If Kenya attacked, nobody came.", "attacked", ("hypothetical", "positive", "certain")),
        ("Kenya has not met Ghana.", "met", ("actual", "negative", "certain")),
        ("Kenya will not meet Ghana.", "meet", ("future", "negative", "certain")),
        ("Kenya routinely meets Ghana.", "meets", ("generic", "positive", "certain")),
        ("Kenya meets Ghana on May 14.", "meets", ("future", "positive", "certain")),
    ],
)
def test_factuality(text: str, trigger: str, facts: tuple[str, str, str]) -> None:
    event = Predicted(text).event(trigger)
    assert (event.realis, event.polarity, event.certainty) == facts


def test_a_meeting_that_is_called_off() -> None:
    found = Predicted("Kenya cancelled a meeting with Ghana.")
    assert found.event("meeting").polarity == "negative"
    assert found.event("cancelled").type == "REJECT"
    assert found.roles("cancelled")["topic"] == ["meeting"]


def test_aid_and_its_like_need_a_recipient() -> None:
    assert "aid" in Predicted("Kenya sent aid to Ghana.").triggers
    assert "aid" not in Predicted("Kenya sent aid.").triggers


def test_an_act_of_nobody_is_left_out_unless_it_was_named_before() -> None:
    assert Predicted("The talks went on.").triggers == []
    found = Predicted("Kenya and Ghana opened talks. The talks went on.")
    assert found.triggers == ["talks", "talks"]
    assert found.event("talks").chain == found.event("talks", 1).chain is not None


def test_who_says_it_is_not_who_does_it() -> None:
    found = Predicted("Ida Roth said Kenya attacked Ghana.")
    assert found.roles("attacked") == {"actor": ["Kenya"], "recipient": ["Ghana"]}


def test_in_a_headline_a_comma_joins() -> None:
    title = "Kenya, Ghana open talks"
    assert Predicted(f"{title}\n\nThey met.\n", title).roles("talks") == {
        "actor": ["Kenya", "Ghana"]
    }


def test_words_in_names_are_no_triggers() -> None:
    assert Predicted("The Foreign Aid Agency of Kenya closed.").triggers == []
