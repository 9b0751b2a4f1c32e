"""Owns what a word has led to, as it is told to the editor who gave it."""

from app.domain.decision import Decision
from app.domain.value import CategoryId, Value


class Answer(Value):
    """Whether a category applies to an article now. `decision` is the one that the word led to."""

    decision: str
    category: CategoryId
    title: str
    applies: bool
    article: str
    article_title: str


def find_answer(decision: Decision, category: str) -> Answer | None:
    """The answer about one category; None where no person has decided about it."""
    for assignment in decision.assignments:
        if assignment.category == category and assignment.decided_by == "person":
            return build_answer(decision, category, assignment.title, applies=assignment.status == "assigned")
    return None


def build_answer(decision: Decision, category: str, title: str, *, applies: bool) -> Answer:
    """The answer that a decision holds."""
    return Answer(
        decision=decision.id,
        category=category,
        title=title,
        applies=applies,
        article=decision.article.key,
        article_title=decision.article.title,
    )
