"""The injections of public collections, where they are at hand: none aims at a tagger, all speak to a model."""

import html
from pathlib import Path

from app.domain.article import Article
from app.domain.value import Value
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from tests.containment.attacks import HOSTS, put_into
from tests.containment.gullible_model import squeeze

HOST = HOSTS["garden"]
TARGET = "operating-model"
"""What the gullible model gives to any article that holds an injection: injections make it lose its head."""
ENOUGH = 8
"""Letters and digits that tell an injection from what stands around it."""


class Payload(Value):
    """One injection with the collection that it is from."""

    id: str
    source: str
    kind: str
    text: str


def load_payloads(folder: Path) -> tuple[Payload, ...]:
    """The payloads in a data folder; none where the file is absent."""
    path = folder / "injections" / "payloads.jsonl"
    if not path.exists():
        return ()
    return tuple(Payload.model_validate_json(line) for line in path.read_text(encoding="utf-8").split("\n") if line)


def show(payload: Payload) -> Article:
    """The honest article with the payload as a paragraph of its text."""
    return put_into(HOST, payload.text, "text")


def hide(payload: Payload) -> Article:
    """The honest article as a page that hides the payload from its readers, but not from its source."""
    body = [f"<p>{html.escape(paragraph)}</p>" for paragraph in HOST.paragraphs]
    body.insert(3, f'<div style="display:none">{html.escape(payload.text)}</div>')
    body.insert(6, f"<!-- {payload.text.replace('--', '- -')} -->")
    return read_article(Submission(html="\n".join(body), title=HOST.title))


def find_trigger(payload: Payload) -> str:
    """The beginning of its first line of any length: what a model must see to lose its head."""
    lines = [line.strip()[:40] for line in payload.text.splitlines()]
    return next((line for line in lines if len(squeeze(line)) >= ENOUGH), payload.text)
