from __future__ import annotations

import pytest

from predicted import Predicted


@pytest.mark.parametrize(
    ("text", "words", "kb", "demonym"),
    [
        ("The ship left Ghana at dawn.", "Ghana", "iso3166-1:GHA", False),
        ("The ship left the United States at dawn.", "United States", "iso3166-1:USA", False),
        ("The ship left the U.S. at dawn.", "U.S.", "iso3166-1:USA", False),
        ("Ships of North Korea were seen.", "North Korea", "iso3166-1:PRK", False),
        ("Ships of Côte d’Ivoire were seen.", "Côte d’Ivoire", "iso3166-1:CIV", False),
        ("A South Korean ship left.", "South Korean", "iso3166-1:KOR", True),
        ("Two Kenyans left.", "Kenyans", "iso3166-1:KEN", True),
        ("They left on a Danish-built ship.", "Danish", "iso3166-1:DNK", True),
    ],
)
def test_states_are_known_by_names_and_demonyms(
    text: str, words: str, kb: str, demonym: bool
) -> None:
    found = Predicted(text)
    assert (found.type(words), found.kb(words)) == ("GPE", kb)
    assert found.mention(words).level == "NAM"
    assert found.mention(words).demonym is demonym


def test_all_names_of_a_state_are_one_entity() -> None:
    found = Predicted("The United States left. Britain and the U.S. talked to American envoys.")
    assert found.same("United States", "U.S.", "American")
    assert not found.same("United States", "Britain")


@pytest.mark.parametrize(
    ("text", "use", "kb"),
    [
        ("Tokyo said it would wait.", "metonymic", "iso3166-1:JPN"),
        ("Tokyo has repeatedly rejected the plan.", "metonymic", "iso3166-1:JPN"),
        ("Tokyo and Seoul agreed to wait.", "metonymic", "iso3166-1:JPN"),
        ("The envoy landed in Tokyo and left.", "literal", None),
        ("In Tokyo officials were silent.", "literal", None),
    ],
)
def test_a_capital_stands_for_the_state_as_subject_of_a_political_verb(
    text: str, use: str, kb: str | None
) -> None:
    found = Predicted(text)
    assert (found.mention("Tokyo").use, found.kb("Tokyo")) == (use, kb)
    assert found.type("Tokyo") == "GPE"


def test_a_seat_is_a_building_or_the_state() -> None:
    found = Predicted("He visited the Kremlin. The Kremlin denied the report.")
    assert [found.type("Kremlin", n) for n in (0, 1)] == ["FAC", "GPE"]
    assert [found.mention("Kremlin", n).use for n in (0, 1)] == ["literal", "metonymic"]


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("The U.N. Security Council met.", "U.N. Security Council", "ORG"),
        ("The Ghanaian Foreign Ministry was silent.", "Ghanaian Foreign Ministry", "ORG"),
        ("The Ministry of Trade and Industry met.", "Ministry of Trade and Industry", "ORG"),
        ("A report by the Harbour Gazette came.", "Harbour Gazette", "ORG"),
        ("They signed the Treaty of Lund there.", "Treaty of Lund", "DOC"),
        ("It cites Resolution 77 twice.", "Resolution 77", "DOC"),
        ("They sailed up the Oder River again.", "Oder River", "LOC"),
        ("They sailed over Lake Varn again.", "Lake Varn", "LOC"),
        ("They closed Norvik Airport again.", "Norvik Airport", "FAC"),
        ("He spoke to the ARB again.", "ARB", "ORG"),
        ("He came back from Norvik again.", "Norvik", "GPE"),
    ],
)
def test_other_names_are_what_their_words_or_places_say(text: str, words: str, kind: str) -> None:
    found = Predicted(text)
    assert found.type(words) == kind
    assert found.mention(words).level == "NAM"


def test_a_demonym_nests_in_the_name_of_an_organisation() -> None:
    found = Predicted("The Ghanaian Foreign Ministry was silent.")
    assert found.mention("Ghanaian").demonym
    assert found.kb("Ghanaian") == "iso3166-1:GHA"


def test_an_organisation_is_called_by_its_end_and_its_abbreviation() -> None:
    found = Predicted(
        "The Varn Fisheries Commission (VFC) met. The Fisheries Commission voted. The VFC left."
    )
    assert found.same("Varn Fisheries Commission", "Fisheries Commission", "VFC")


def test_ministries_of_two_states_are_two() -> None:
    found = Predicted("China's Foreign Ministry spoke. Japan's Foreign Ministry did not.")
    assert found.mention("Foreign Ministry").entity != found.mention("Foreign Ministry", 1).entity


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Foreign Minister Ida Roth left.", "Foreign Minister"),
        ("On Monday U.S. Secretary of State Ida Roth left.", "U.S. Secretary of State"),
        ("On Monday the foreign minister Ida Roth left.", "the foreign minister"),
        ("Arvandia's foreign minister, Ida Roth, left.", "Arvandia's foreign minister"),
        ("Ida Roth, the foreign minister, left.", "the foreign minister"),
        ("Foreign Ministry spokeswoman Ida Roth left.", "Foreign Ministry spokeswoman"),
    ],
)
def test_a_title_is_a_mention_beside_the_bare_name(text: str, title: str) -> None:
    found = Predicted(text)
    assert (found.mention("Ida Roth").level, found.type("Ida Roth")) == ("NAM", "PER")
    assert (found.mention(title).level, found.mention(title).title) == ("NOM", True)
    assert found.same("Ida Roth", title)


def test_a_person_is_taken_up_by_last_name_and_honorific() -> None:
    found = Predicted("Ida Roth met Jan Borg. Mr. Borg left, then Roth. Roth's aide stayed.")
    assert found.same("Ida Roth", "Roth")
    assert found.same("Jan Borg", "Borg")
    assert found.type("Borg") == "PER"


def test_names_with_particles_hyphens_and_initials() -> None:
    found = Predicted("They met Mi-jin Park, Kim Jong-un, John F. Hale and Omar al-Din there.")
    for name in ("Mi-jin Park", "Kim Jong-un", "John F. Hale", "Omar al-Din"):
        assert found.type(name) == "PER", name


def test_a_compound_is_split_below_the_token() -> None:
    found = Predicted("The Tokyo-based group left a Ghana-led force.")
    assert found.type("Ghana") == "GPE"
    assert "Ghana-led" not in found.mentions


def test_an_invented_demonym_is_recognised_by_its_place() -> None:
    found = Predicted("He flew to Arvandia. An Arvandian ship waited in Arvandia.")
    assert found.same("Arvandia", "Arvandian")
    assert found.mention("Arvandian").demonym


def test_the_first_word_of_a_sentence_is_no_name_by_its_capital() -> None:
    found = Predicted("Negotiators waited. However, nothing came. Sent from a ship.")
    assert found.record.mentions == ()


def test_in_a_title_case_headline_only_known_names_count() -> None:
    found = Predicted(
        "Arvandia Hopes Big Summit Brings Lasting Peace\n\nHe flew to Arvandia on a ship.\n",
        title="Arvandia Hopes Big Summit Brings Lasting Peace",
    )
    assert set(found.mentions) == {"Arvandia"}
    assert found.same("Arvandia")


def test_descriptions_run_from_determiner_to_head_noun() -> None:
    found = Predicted("A senior official of the Kenyan government left with its defence minister.")
    for words in ("A senior official", "the Kenyan government", "its defence minister"):
        assert found.mention(words).level == "NOM", words
    assert found.same("its", "the Kenyan government")
    entity = found.record.entity_by_id[found.mention("A senior official").entity]
    assert (entity.kb, entity.nil) == (None, "unnamed")


def test_a_description_points_back_by_its_head_noun() -> None:
    found = Predicted("Foreign Minister Ida Roth left. The minister was late. She smiled.")
    assert found.same("Ida Roth", "The minister", "She")


def test_the_two_sides_are_the_last_two_states() -> None:
    found = Predicted("Kenya talked to Ghana in Tokyo. The two sides agreed. Both countries left.")
    group = found.record.entity_by_id[found.mention("The two sides").entity]
    assert group.nil == "aggregate"
    kenya, ghana = found.mention("Kenya").entity, found.mention("Ghana").entity
    assert set(group.members) == {kenya, ghana}
    assert found.same("The two sides", "Both countries")


def test_the_first_person_is_the_speaker_or_the_state_of_the_speaker() -> None:
    found = Predicted(
        '"We want peace, and I will stay," said Kenyan Foreign Minister Ida Roth.\n\n'
        '"We are many," Jan Borg said.\n'
    )
    assert found.mention("We").entity == found.mention("Kenyan").entity
    assert found.mention("I").entity == found.mention("Ida Roth").entity
    assert found.mention("We", 1).entity == found.mention("Jan Borg").entity
    assert found.mention("We").level == "PRO"
