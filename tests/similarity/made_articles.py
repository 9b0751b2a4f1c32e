"""Owns small articles and categories for the similarity tests."""

from app.domain.article import Article
from app.domain.category import Category, Taxonomy, Topic
from app.parsing.reading import read_article
from app.parsing.submission import Submission

BREAD = (
    "Mix the flour with water, salt and yeast. Let the dough rise until it has doubled. "
    "Knead it again and shape a loaf. Bake the bread in a hot oven until the crust is brown."
)
TITLES = {
    "baking": ("Baking", "Bread and cakes from the oven.", ("Bread and dough", "Cakes and biscuits")),
    "football": ("Football", "The game and its clubs.", ("Matches and results", "Transfers of players")),
    "law": ("Law", "Courts and statutes.", ("Criminal trials", "Contracts and disputes")),
    "space": ("Space", "Beyond the atmosphere.", ("Planets and stars", "Rockets and satellites")),
}


def make_article(text: str, title: str = "") -> Article:
    return read_article(Submission(text=text, title=title))


def make_taxonomy(*ids: str) -> Taxonomy:
    categories = []
    for category_id in sorted(ids or TITLES):
        title, scope, topics = TITLES[category_id]
        numbered = tuple(Topic(id=f"{category_id}#t{n}", text=text) for n, text in enumerate(topics, start=1))
        categories.append(Category(id=category_id, title=title, scope=scope, topics=numbered))
    return Taxonomy(categories=tuple(categories), version="test")
