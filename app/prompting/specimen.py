"""Owns the specimen that every template is tried on at start: a category and an article with all that they can have."""

from typing import Final

from app.domain.article import Article, Removed, Run, Sentence
from app.domain.category import BoundaryExample, Category, Topic
from app.domain.exclusion import Condition, ExclusionRule

_WITHOUT: Final = Condition(type="without", phrases=("kilns", "glazes"))

CATEGORY: Final = Category(
    id="specimen",
    title="Specimen",
    scope="Scope.",
    topics=(Topic(id="specimen#t1", text="Topic"),),
    exclusions=(
        ExclusionRule(id="specimen#x1", text="Do not use for bowls.", kind="topic", subjects=("bowls",)),
        ExclusionRule(
            id="specimen#x2",
            text="Avoid cups and plates without kilns or glazes.",
            kind="absence",
            subjects=("cups", "plates"),
            condition=_WITHOUT,
        ),
        ExclusionRule(
            id="specimen#x3", text="Anything unrelated to kilns or glazes.", kind="absence", condition=_WITHOUT
        ),
        ExclusionRule(id="specimen#x4", text="Tiles unless they are fired by hand.", kind="vague"),
        ExclusionRule(id="specimen#x5", text="Use the parent tag.", kind="redirect", redirect_to=("clay",)),
    ),
    summary="Summary.",
    examples=(
        BoundaryExample(text="Inside", applies=True, reason="A reason"),
        BoundaryExample(text="Outside", applies=False),
    ),
)

_TEXT: Final = "One. Two."

ARTICLE: Final = Article(
    id=None,
    title="Title",
    url=None,
    text=_TEXT,
    digest="sha256:specimen",
    sentences=(
        Sentence(number=1, start=0, end=4, paragraph=1, heading=True),
        Sentence(number=2, start=5, end=9, paragraph=1, heading=False),
    ),
    runs=(Run(start=0, source=0, length=len(_TEXT)),),
    removed=Removed(),
    warnings=(),
)
