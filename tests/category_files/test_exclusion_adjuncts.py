"""Owns the proof that clauses which only comment on a subject are not taken for further subjects."""

import pytest

from app.category_files.exclusions.grammar import compile_exclusion
from app.domain.exclusion import ExclusionRule


def read(text: str, title: str = "Transport") -> ExclusionRule:
    return compile_exclusion(text, rule_id="c#x1", category_title=title)


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        pytest.param("Articles in which a sprint or a stand-up is merely part of the scenery.", ("sprint", "stand-up"), id="part of"),
        pytest.param("Stories in which the cup or the stadium is only a backdrop.", ("cup", "stadium"), id="backdrop"),
        pytest.param("Texts where slow travel is a label for luxury or a buzzword.", ("slow travel",), id="label"),
        pytest.param("Pieces in which chess serves as a metaphor for politics.", ("chess",), id="metaphor"),
        pytest.param("Reports in which buses are nothing but the setting", ("buses",), id="setting"),
        pytest.param("Reports on banks, where they are merely a footnote", ("banks",), id="pronoun"),
        pytest.param("Bare mentions of trams or of buses in articles about something else.", ("trams", "buses"), id="bare mentions"),
    ],
)  # fmt: skip
def test_a_subject_that_is_only_there_is_a_question_of_depth(text: str, subjects: tuple[str, ...]) -> None:
    rule = read(text)
    assert (rule.kind, rule.subjects, rule.needs_judgement) == ("depth", subjects, False)


def test_a_label_without_what_it_stands_for_keeps_its_condition() -> None:
    rule = read("Texts in which DevOps is a label for a department without any practice behind it.", "DevOps")
    assert (rule.kind, rule.also, rule.subjects) == ("depth", ("absence",), ("DevOps",))
    assert rule.condition is not None
    assert rule.condition.phrases == ("practice behind it",)


def test_being_only_about_something_is_not_shallow() -> None:
    assert read("Articles that are only about cricket.").kind == "absence"


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        pytest.param("Ratings of staff, even where they are computed from data", ("Ratings of staff",), id="even where"),
        pytest.param("Vegetable prices, even if they rise, and meat prices", ("Vegetable prices", "meat prices"), id="in a list"),
        pytest.param("Boat sales, whether or not the boats are new", ("Boat sales",), id="whether or not"),
        pytest.param("Weather reports even when they do not mention snow", ("Weather reports",), id="with a negation"),
        pytest.param("Ticket prices, although they matter to passengers", ("Ticket prices",), id="although"),
    ],
)  # fmt: skip
def test_a_concession_changes_nothing(text: str, subjects: tuple[str, ...]) -> None:
    rule = read(text)
    assert (rule.kind, rule.subjects, rule.condition, rule.needs_judgement) == ("topic", subjects, None, False)


def test_a_concession_before_an_exception_leaves_the_exception() -> None:
    rule = read("Weather reports, even when they are long, unless roads are closed")
    assert (rule.kind, rule.subjects) == ("rescue", ("Weather reports",))


@pytest.mark.parametrize(
    ("text", "subjects", "phrase"),
    [
        pytest.param("Teams with a board, where nothing beyond the board is taken from Kanban", "Teams with a board", "Kanban", id="beyond"),
        pytest.param("Bus drivers on trains, where nothing is said about buses", "Bus drivers on trains", "buses", id="said about"),
        pytest.param("Club news where nobody's training is described", "Club news", "training", id="nobody's"),
    ],
)  # fmt: skip
def test_where_nothing_is_said_of_it_is_a_condition(text: str, subjects: str, phrase: str) -> None:
    rule = read(text)
    assert (rule.kind, rule.subjects) == ("absence", (subjects,))
    assert rule.condition is not None
    assert rule.condition.phrases == (phrase,)


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        pytest.param("Rail strikes, where nobody can say when they end.", ("Rail strikes",), id="where"),
        pytest.param("Dashboards for their own sake, where nothing is decided on them", ("Dashboards for their own sake",), id="on them"),
        pytest.param("Trams, whose drivers are proud, or buses", ("Trams", "buses"), id="in a list"),
        pytest.param("Sports such as polo, where horses run, or golf", ("Sports", "polo", "golf"), id="in examples"),
    ],
)  # fmt: skip
def test_a_clause_that_says_which_ones_is_no_subject(text: str, subjects: tuple[str, ...]) -> None:
    rule = read(text)
    assert (rule.kind, rule.subjects) == ("topic", subjects)


def test_a_clause_that_says_which_ones_takes_judgement() -> None:
    assert read("Rail strikes, where nobody can say when they end.").needs_judgement


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        pytest.param("Comparisons of planning or ticketing software", ("planning software", "ticketing software"), id="comparisons"),
        pytest.param("Reviews of writing or drawing programs", ("Reviews of writing programs", "drawing programs"), id="head of"),
        pytest.param("Coaching, mentoring or training schemes", ("Coaching schemes", "mentoring schemes", "training schemes"), id="three"),
        pytest.param("Walking and cycling", ("Walking", "cycling"), id="no noun"),
        pytest.param("Customs between Kent and Calais and ferry berths", ("Customs between Kent and Calais", "ferry berths"), id="between"),
    ],
)  # fmt: skip
def test_gerunds_share_the_noun_behind_them(text: str, subjects: tuple[str, ...]) -> None:
    assert read(text).subjects == subjects


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        pytest.param("Maps that do not discuss how the network is used.", ("how the network is used",), id="predicate"),
        pytest.param("Fares unless tied to how lines are funded or governed", ("how lines are funded or governed",), id="two predicates"),
        pytest.param("Plans that do not discuss who decides or how.", ("who decides or how",), id="bare question word"),
        pytest.param("Trams without showing how it is done or what came of it", ("how it is done", "what came of it"), id="two questions"),
        pytest.param("Trams that do not explain how lines are planned, or the costs", ("how lines are planned", "costs"), id="another thing"),
    ],
)  # fmt: skip
def test_a_question_stays_whole(text: str, phrases: tuple[str, ...]) -> None:
    condition = read(text).condition
    assert condition is not None
    assert condition.phrases == phrases
