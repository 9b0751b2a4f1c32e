"""Owns the reading of Instructions: which words are scope, topics, exclusions and summary."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from app.category_files.blocks import Block, is_followed_by_bullet, read_blocks
from app.category_files.headings import Section, find_section, opens_topics_outright
from app.category_files.prohibitions import begins_exclusion, is_prohibition, separate, separate_under_heading
from app.category_files.topic_lists import split_topics
from app.domain.value import Value

_LABEL_WORDS: Final = 8
_INTRODUCTION: Final = re.compile(r":[ *_]*$|^(?:any of |all of )?(?:the )?following\b", re.IGNORECASE)
_CARRIES_ON: Final = re.compile(r"\b(?:that|which|who|whose|about|on|of|to|with|for)$", re.IGNORECASE)
_WHOLE_STRONG: Final = re.compile(r"(\*\*|__)((?:(?!\1).)+)\1(?=\s|$)")


class Item(Value):
    """A topic or exclusion, and the line of the Instructions (from 0) that it begins on."""

    text: str
    line: int


class Remark(Value):
    """Something to tell the editor about a line of the Instructions (from 0)."""

    line: int
    message: str


class Instructions(Value):
    """What a definition's Instructions say, sorted; no word of them is left out."""

    scope: str
    topics: tuple[Item, ...]
    exclusions: tuple[Item, ...]
    summary: str
    remarks: tuple[Remark, ...]


def read_instructions(text: str) -> Instructions:
    """Sort an Instructions text; what no rule recognises is scope, with a remark."""
    sorter = _Sorter(read_blocks(text))
    sorter.sort()
    topics = tuple(_drop_repeated(sorter.topics, "topic", sorter.remarks))
    exclusions = tuple(_drop_repeated(sorter.exclusions, "exclusion", sorter.remarks))
    return Instructions(
        scope="\n".join(sorter.scope).strip(),
        topics=topics,
        exclusions=exclusions,
        summary="\n".join(sorter.summary).strip(),
        remarks=tuple(sorted(sorter.remarks, key=lambda remark: remark.line)),
    )


def _drop_repeated(items: list[Item], what: str, remarks: list[Remark]) -> Iterator[Item]:
    seen: dict[str, int] = {}
    for item in items:
        folded = " ".join(item.text.casefold().split()).rstrip(".;, ")
        if folded in seen:
            remarks.append(Remark(line=item.line, message=f"the {what} {item.text[:80]!r} stands here a second time"))
        else:
            seen[folded] = item.line
            yield item


class _Sorter:
    """Walks over the blocks with the section in mind that the last heading opened."""

    def __init__(self, blocks: list[Block]) -> None:
        self.scope: list[str] = []
        self.topics: list[Item] = []
        self.exclusions: list[Item] = []
        self.summary: list[str] = []
        self.remarks: list[Remark] = []
        self._blocks = blocks
        self._section: Section = "scope"
        self._group = ""
        self._kept_labels: set[str] = set()
        self._parents: list[Block] = []
        self._has_items = False

    def sort(self) -> None:
        for at, block in enumerate(self._blocks):
            if block.kind == "heading":
                self._take_heading(block, at)
            elif block.kind == "bullet":
                self._take_bullet(block, at)
            else:
                self._take_paragraph(block, at)

    def _take_heading(self, block: Block, at: int) -> None:
        section = find_section(block.text)
        self._parents = []
        if self._is_group_label(block, section, at):
            self._group = block.text
            return
        if section is None:
            self._remark(block, f"the heading {block.text[:80]!r} is not one of those known; what follows is scope")
            self._keep_as_scope(f"{block.text}:")
        self._section = section or "scope"
        self._group = ""
        self._has_items = False
        if block.rest:
            self._take_paragraph(Block(kind="paragraph", line=block.line, text=block.rest), at)

    def _is_group_label(self, block: Block, section: Section | None, at: int) -> bool:
        """A label over some of the bullets of a list that goes on, not the start of a new part."""
        if self._section not in {"topics", "exclusions"} or not is_followed_by_bullet(self._blocks, at):
            return False
        if section is None:
            return True
        return self._section == "exclusions" and section == "topics" and not opens_topics_outright(block.text)

    def _take_bullet(self, block: Block, at: int) -> None:
        while self._parents and self._parents[-1].indent >= block.indent:
            self._parents.pop()
        following = self._blocks[at + 1] if is_followed_by_bullet(self._blocks, at) else None
        if self._section == "summary":
            self.summary.append(f"- {block.text}")
        elif self._section == "scope":
            self._take_scope_bullet(block)
        elif following and following.indent > block.indent and _is_label(block.text):
            self._parents.append(block)
        else:
            self._add_item(block)

    def _take_scope_bullet(self, block: Block) -> None:
        if is_prohibition(block.text):
            self.exclusions.append(Item(text=block.text, line=block.line))
            self._remark(block, "this bullet forbids something, so it is read as an exclusion")
        else:
            self._keep_as_scope(f"- {block.text}", joined=True)

    def _add_item(self, block: Block) -> None:
        text = block.text
        labels = [label for label in (self._group, *(parent.text for parent in self._parents)) if label]
        for label in reversed(labels):
            text = _put_before(_strip_label(label), text)
        self._has_items = True
        if self._section == "topics" and begins_exclusion(block.text):
            self._keep_labels(labels)
            self._remark(block, "this bullet among the topics says what to exclude, so it is read as an exclusion")
            self.exclusions.append(Item(text=block.text, line=block.line))
        else:
            kept = self.topics if self._section == "topics" else self.exclusions
            kept.append(Item(text=text, line=block.line))

    def _keep_labels(self, labels: Sequence[str]) -> None:
        """Labels of topics that an exclusion among them does not carry: as scope, each once."""
        for label in labels:
            if label not in self._kept_labels:
                self._kept_labels.add(label)
                self._keep_as_scope(f"{_strip_label(label)}:")

    def _take_paragraph(self, block: Block, at: int) -> None:
        if self._section == "summary":
            self.summary.append(block.text)
        elif self._section == "exclusions" and not self._has_items and not self._introduces(block, at):
            self._has_items = True
            texts = separate_under_heading(_strip_emphasis(block.text))
            self.exclusions += (Item(text=text, line=block.line) for text in texts)
        else:
            self._separate(block, at)

    def _introduces(self, block: Block, at: int) -> bool:
        return is_followed_by_bullet(self._blocks, at) and _INTRODUCTION.search(block.text) is not None

    def _separate(self, block: Block, at: int) -> None:
        lists_topics = self._section == "topics" and not self._has_items and not is_followed_by_bullet(self._blocks, at)
        for passage in separate(_strip_emphasis(block.text)):
            if passage.is_exclusion:
                self.exclusions.append(Item(text=passage.text, line=block.line))
            elif lists_topics:
                self.topics += (Item(text=text, line=block.line) for text in split_topics(passage.text))
            else:
                self._keep_as_scope(passage.text)
                if self._section != "scope":
                    self._remark(block, f"this text is none of the {self._section} around it; it is kept as scope")
        self._has_items = self._has_items or lists_topics

    def _keep_as_scope(self, text: str, *, joined: bool = False) -> None:
        if self.scope and not joined:
            self.scope.append("")
        self.scope.append(text)

    def _remark(self, block: Block, message: str) -> None:
        self.remarks.append(Remark(line=block.line, message=message))


def _is_label(text: str) -> bool:
    """Whether a bullet with bullets under it is their label, rather than an item of its own."""
    bare = text.rstrip(" *_")
    return bare.endswith(":") or len(bare.split()) <= _LABEL_WORDS


def _strip_label(text: str) -> str:
    return text.strip(" *_").rstrip(":").strip(" *_")


def _put_before(label: str, text: str) -> str:
    return f"{label} {text}" if _CARRIES_ON.search(label) else f"{label}: {text}"


def _strip_emphasis(text: str) -> str:
    """Sentences in bold as a whole lose the marks, which would hide how they begin."""
    strong = _WHOLE_STRONG.match(text)
    return strong[2] + text[strong.end() :] if strong else text
