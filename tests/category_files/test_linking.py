"""Owns the tests of linking: names in definitions become ids, and what names nothing is kept and told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.category_files.loading import load_taxonomy
from app.domain.category import Taxonomy
from app.errors import BadFile

Load = Callable[..., Taxonomy]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load_definitions(**definitions: str) -> Taxonomy:
        for name, more in definitions.items():
            slug = name.replace("_", "-")
            title = name.replace("_", " ").title()
            front, _, body = more.partition("BODY")
            (tmp_path / f"{slug}.md").write_text(f"---\ntitle: {title}\ndescription: d\n{front}\n---\n{body}")
        return load_taxonomy(tmp_path)

    return load_definitions


def instructions(text: str) -> str:
    return "Instructions: |\n" + "".join(f"  {line}\n" for line in text.splitlines())


@pytest.mark.parametrize("name", ["water", "Water", "WATER", "'\"Water\"'", "Water tag", "wet-things", "H2O"])
@pytest.mark.parametrize("place", ["broader: [{}]", "broader: {}", "scopenote: {{broader: [{}]}}"])
def test_broader_is_looked_up_by_id_title_synonym_and_former_id(load: Load, place: str, name: str) -> None:
    water = "scopenote: {aliases: [wet-things], synonyms: [H2O]}"
    taxonomy = load(rivers=place.format(name), water=water)
    assert taxonomy.by_id["rivers"].broader == ("water",)
    assert taxonomy.find_narrower("water") == ("rivers",)


@pytest.mark.parametrize(
    ("definitions", "problem"),
    [
        pytest.param({"rivers": "broader: watr", "water": ""}, "Did you mean 'water'", id="misspelt"),
        pytest.param({"rivers": "broader: rivers"}, "the category itself", id="itself"),
        pytest.param({"rivers": "scopenote: {never_with: [zz]}"}, "scopenote.never_with", id="never_with"),
        pytest.param(
            {"a": "broader: b", "b": "broader: c", "c": "broader: a"},
            "broader than one another: c > a > b > c",
            id="circle",
        ),
    ],
)
def test_fields_that_lead_nowhere_or_in_a_circle_are_refused(
    load: Load, definitions: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadFile) as refused:
        load(**definitions)
    assert problem in str(refused.value)
    assert refused.value.line == 4


@pytest.mark.parametrize(
    "wording",
    [
        pytest.param("Specialised water such as Great Rivers, Lakes, and Deep Seas, which differ.", id="such as"),
        pytest.param("It includes specialized waters including Great Rivers, Lakes and Deep Seas.", id="including"),
        pytest.param("Topics:\n- Specialised waters (e.g. great rivers, lakes or “Deep Seas”)", id="in a topic"),
        pytest.param("Specialisations such as the Great Rivers, the Lakes, and Deep Seas tags.", id="specialisations"),
    ],
)
def test_what_a_definition_calls_its_specialised_forms_is_narrower(load: Load, wording: str) -> None:
    taxonomy = load(water=instructions(wording), great_rivers="", lakes="", deep_seas="")
    assert taxonomy.find_narrower("water") == ("deep-seas", "great-rivers", "lakes")
    assert taxonomy.by_id["water"].related == ()


def test_specialised_things_of_another_sort_are_not_narrower(load: Load) -> None:
    wording = instructions("Specialised tools such as Lakes and Rivers are used.")
    assert load(water=wording, lakes="", rivers="").find_narrower("water") == ()


@pytest.mark.parametrize(
    "wording",
    [
        pytest.param("**Exclusions:**\n- Still water (use the parent Water tag instead)", id="use the parent"),
        pytest.param("As a specialisation of Water, it flows.", id="specialisation of"),
    ],
)
def test_what_a_definition_calls_its_parent_is_broader(load: Load, wording: str) -> None:
    assert load(rivers=instructions(wording), water="").by_id["rivers"].broader == ("water",)


def test_a_wording_that_contradicts_the_fields_is_noted_and_not_taken_up(load: Load) -> None:
    taxonomy = load(water="broader: rivers\n" + instructions("Specialised water such as Rivers."), rivers="")
    assert taxonomy.by_id["rivers"].broader == ()
    assert taxonomy.by_id["water"].broader == ("rivers",)
    assert any("not taken up" in note.message for note in taxonomy.notes)


def test_redirects_become_ids_and_unknown_ones_are_kept_as_related(load: Load) -> None:
    wording = "**Exclusions:**\n- Lakes (use the Still Water tag instead)\n- Seas (use the Salt Water tag instead)"
    rivers = load(rivers=instructions(wording), still_water="").by_id["rivers"]
    assert [rule.redirect_to for rule in rivers.exclusions] == [("still-water",), ("Salt Water",)]
    assert rivers.related == ("Salt Water",)


@pytest.mark.parametrize(
    ("body", "related"),
    [
        pytest.param('[Lakes]({{< ref "/tags/lakes" >}})', (), id="known"),
        pytest.param('[Salt Seas]({{< ref "/tags/salt-seas" >}})', ("Salt Seas",), id="shortcode"),
        pytest.param('see [there]({{% relref "/concepts/salt-seas/_index.md" %}})', ("salt-seas",), id="other words"),
        pytest.param('{{< ref "salt-seas" >}}', ("salt-seas",), id="bare"),
        pytest.param("[Salt seas](/tags/salt-seas/#top)", ("Salt seas",), id="markdown"),
        pytest.param("[a](/tags/salt-seas) [b](/tags/salt-seas)", ("salt-seas",), id="once only"),
        pytest.param("[a](/resources/salt-seas) [b](https://a.example/tags/x) [c](seas)", (), id="elsewhere"),
    ],
)
def test_links_to_categories_that_are_not_there_are_kept_as_related(
    load: Load, body: str, related: tuple[str, ...]
) -> None:
    taxonomy = load(rivers="BODY\n" + body, lakes="")
    assert taxonomy.by_id["rivers"].related == related
    assert [note.line for note in taxonomy.notes if "related" in note.message] == [7] * len(related)


def test_a_title_that_two_share_leads_to_the_first_of_them(tmp_path: Path) -> None:
    for slug in ("a", "b"):
        (tmp_path / f"{slug}.md").write_text("---\ntitle: Same\ndescription: d\n---\n")
    (tmp_path / "c.md").write_text("---\ntitle: C\ndescription: d\nbroader: Same\n---\n")
    assert load_taxonomy(tmp_path).by_id["c"].broader == ("a",)


def test_the_redirects_of_parts_become_ids_as_well(load: Load) -> None:
    wording = "**Exclusions:**\n- Lakes (belongs to Still Water), and harbours that do not name a river"
    (rule,) = load(rivers=instructions(wording), still_water="").by_id["rivers"].exclusions
    assert rule.redirect_to == ("still-water",)
    assert [part.redirect_to for part in rule.parts] == [("still-water",), ()]


@pytest.mark.parametrize("name", ["rivers", "Rivers", "the Rivers tag", "streams", "Brooks"])
def test_a_redirect_to_the_category_itself_is_left_out_and_noted(load: Load, name: str) -> None:
    names = "scopenote: {aliases: [streams], synonyms: [Brooks]}\n"
    wording = instructions(f"**Exclusions:**\n- Lakes without a river (use {name} instead)")
    taxonomy = load(rivers=names + wording)
    (rule,) = taxonomy.by_id["rivers"].exclusions
    assert (rule.kind, rule.also, rule.redirect_to) == ("absence", (), ())
    assert taxonomy.by_id["rivers"].related == ()
    assert [note.message.partition(" (")[0] for note in taxonomy.notes if "to itself" in note.message]


def test_a_redirect_to_another_category_of_the_same_exclusion_stays(load: Load) -> None:
    wording = "**Exclusions:**\n- Lakes (use Rivers or Still Water instead)"
    (rule,) = load(rivers=instructions(wording), still_water="").by_id["rivers"].exclusions
    assert (rule.kind, rule.redirect_to) == ("redirect", ("still-water",))


def test_a_part_that_leads_to_the_category_itself_is_read_without_its_redirect(load: Load) -> None:
    wording = "**Exclusions:**\n- Lakes (belongs to Rivers), and harbours (belongs to Still Water)"
    (rule,) = load(rivers=instructions(wording), still_water="").by_id["rivers"].exclusions
    assert [(part.kind, part.redirect_to) for part in rule.parts] == [("topic", ()), ("redirect", ("still-water",))]
    assert (rule.kind, rule.also, rule.redirect_to) == ("topic", ("redirect",), ("still-water",))


def test_nothing_but_a_redirect_to_the_category_itself_is_vague(load: Load) -> None:
    (rule,) = load(rivers=instructions("**Exclusions:**\n- Use Rivers instead")).by_id["rivers"].exclusions
    assert (rule.kind, rule.needs_judgement) == ("vague", True)
