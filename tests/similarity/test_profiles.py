"""What of a category is compared with articles."""

import pytest

from app.domain.category import Category, Topic
from app.domain.exclusion import ExclusionRule
from app.similarity.profiles import MAX_STATEMENTS, build_profile, split_prose


@pytest.mark.parametrize(
    ("prose", "statements"),
    [
        pytest.param("Covers choirs, brass bands, and orchestras.", ("choirs", "brass bands", "orchestras"), id="list"),
        pytest.param(
            "Covers all aspects of music including scores, concerts.", ("music", "scores", "concerts"), id="including"
        ),
        pytest.param(
            "The venue, which we like, is old, dark and small.",
            ("The venue, which we like, is old, dark and small",),
            id="a clause is no list",
        ),
        pytest.param("Tubas. Harps. Bells.", ("Tubas", "Harps", "Bells"), id="one item per sentence"),
        pytest.param("Covers tubas (large), harps, etc.", ("tubas", "harps"), id="asides and etc"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_prose_is_split_into_what_can_be_matched(prose: str, statements: tuple[str, ...]) -> None:
    assert split_prose(prose) == statements


def test_exclusions_are_never_compared() -> None:
    rule = ExclusionRule(id="music#x1", text="Opera without singing", kind="absence", subjects=("opera",))
    category = Category(id="music", title="Music", scope="All music. Do not use it for ballet.", exclusions=(rule,))
    assert "opera" not in str(build_profile(category)).lower()
    assert "ballet" not in str(build_profile(category)).lower()


def test_topics_keep_their_ids_and_come_before_split_prose_is_cut() -> None:
    topics = tuple(Topic(id=f"music#t{number}", text=f"Instrument {number}") for number in range(1, 31))
    prose = "Covers " + ", ".join(f"song {number}" for number in range(60)) + "."
    profile = build_profile(Category(id="music", title="Music", topics=topics, description=prose))
    assert len(profile.statements) == MAX_STATEMENTS
    assert {s.topic for s in profile.statements} >= {t.id for t in topics}


def test_synonyms_are_names_and_slugs_are_spelled_out() -> None:
    category = Category(id="music", title="Music", synonyms=("sound-art", "Music"))
    assert build_profile(category).names == ("Music", "sound art")


def test_a_title_alone_makes_a_profile() -> None:
    profile = build_profile(Category(id="music", title="Music"))
    assert (profile.prose, profile.statements) == ("Music.", ())
