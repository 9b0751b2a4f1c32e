"""The attacks and the honest articles that they are put into, from the files beside this module."""

import html
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

from app.domain.article import Article
from app.domain.value import Value
from app.parsing.article_files import read_article_file
from app.parsing.reading import read_article
from app.parsing.submission import Submission

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
BEFORE = 3
"""Honest paragraphs that stand before an attack."""

Goal = Literal["assign", "invent", "lift", "hide"]
Form = Literal["text", "html", "markdown", "title", "front_matter"]


class Attack(Value):
    """One attack; see attacks.yaml for what the fields mean."""

    id: str
    kind: str
    goal: Goal
    target: str
    host: str
    form: Form
    payload: str
    trigger: str = ""
    held_by: Literal["rules", "second opinion", "nobody"] = "rules"

    @property
    def obeyed(self) -> str:
        """The words that a model must see to obey."""
        return self.trigger or self.target


class Host(Value):
    """An honest article about nothing that a category is about."""

    title: str
    paragraphs: tuple[str, ...]


def _load(name: str) -> object:
    return YAML(typ="safe", pure=True).load(HERE / name)


def load_attacks() -> tuple[Attack, ...]:
    """All attacks, in the order of the file."""
    rows = _load("attacks.yaml")
    assert isinstance(rows, list)
    return tuple(Attack.model_validate(row) for row in rows)


def load_hosts() -> dict[str, Host]:
    """The honest articles by name."""
    rows = _load("hosts.yaml")
    assert isinstance(rows, dict)
    return {name: Host.model_validate(row) for name, row in rows.items()}


ATTACKS = load_attacks()
HOSTS = load_hosts()


def read_attack(attack: Attack) -> Article:
    """The article with the attack in it, as it is read when somebody submits it."""
    if attack.host not in HOSTS:
        return _read_example(attack)
    return put_into(HOSTS[attack.host], attack.payload, attack.form)


def put_into(host: Host, payload: str, form: Form) -> Article:
    """The article with the payload in the middle, at its head, or in its title."""
    if form == "title":
        return read_article(Submission(text="\n\n".join(host.paragraphs), title=payload))
    if form == "front_matter":
        head = payload if payload.startswith("title:") else f"title: {host.title}\n{payload}"
        file = "\n".join(("---", head, "---", "\n\n".join(host.paragraphs), ""))
        return read_article_file(file.encode(), "article.md")
    paragraphs = [f"<p>{html.escape(p)}</p>" for p in host.paragraphs] if form == "html" else [*host.paragraphs]
    paragraphs.insert(BEFORE, payload)
    return read_article(Submission.model_validate({form: "\n\n".join(paragraphs), "title": host.title}))


def _read_example(attack: Attack) -> Article:
    """One of the shipped articles with the attack as a paragraph at its end."""
    text = (EXAMPLES / attack.host).read_text(encoding="utf-8")
    return read_article_file(f"{text}\n\n{attack.payload}\n".encode(), attack.host)
