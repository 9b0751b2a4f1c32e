"""Owns how definitions and findings about them are printed for people."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from app.cli.terminal import escape_words, open_console
from app.domain.category import Category, Taxonomy
from app.domain.exclusion import ExclusionRule
from app.domain.telling import tell_count
from app.linting.findings import LintFinding

SEVERITY_STYLES = {"error": "red", "warning": "yellow", "info": "dim"}
COUNTED = {"error": "error", "warning": "warning", "info": "note"}
FULL_WIDTH = 10_000
"""Columns where no terminal sets a limit; a table takes what it needs of them."""


def print_list(taxonomy: Taxonomy) -> None:
    """One row per category; ids are whole, to be copied, and a file or a pipe gets all columns in full."""
    console = open_console()
    if not console.is_terminal:
        console.width = FULL_WIDTH
    table = Table(box=None, pad_edge=False)
    # Where no_wrap does not fit, it cuts; a terminal that narrow gets its ids folded.
    longest = max((cell_len(escape_words(c.id)) for c in taxonomy.categories), default=0)
    table.add_column("id", no_wrap=longest <= console.width, overflow="fold")
    for column in ("title", "kind"):
        table.add_column(column)
    for column in ("topics", "exclusions"):
        table.add_column(column, justify="right")
    table.add_column("file", style="dim")
    for c in taxonomy.categories:
        counts = (str(len(c.topics)), str(len(c.exclusions)))
        table.add_row(escape_words(c.id), escape_words(c.title), c.kind, *counts, escape_words(c.source))
    console.print(table)


def print_category(category: Category, taxonomy: Taxonomy) -> None:
    """A definition as it was read, with each exclusion as it was understood."""
    console = open_console()
    names = f"[bold]{escape_words(category.title)}[/]  {escape_words(category.id)} · {category.kind}"
    console.print(f"{names}  [dim]{escape_words(category.source)}[/]")
    if category.scope:
        _print_prose(console, "Scope", category.scope)
    if category.topics:
        console.print("\n[bold]Topics[/]")
    for topic in category.topics:
        console.print(f"  [dim]{escape_words(topic.id)}[/]  {escape_words(topic.text)}")
    if category.exclusions:
        console.print("\n[bold]Exclusions, as understood[/]")
    for rule in category.exclusions:
        _print_rule(console, rule, "  ")
    if category.summary:
        _print_prose(console, "Summary", category.summary)
    _print_links(console, category, taxonomy)


def _print_prose(console: Console, heading: str, text: str) -> None:
    """Paragraphs keep their line ends, and stand in from the margin where our own lines begin."""
    console.print(f"\n[bold]{heading}[/]")
    console.print(Padding(escape_words(text, newline="\n"), (0, 0, 0, 2)))


def _print_rule(console: Console, rule: ExclusionRule, indent: str) -> None:
    console.print(f"{indent}[dim]{escape_words(rule.id)}[/]  {escape_words(rule.text)}")
    for part in rule.parts:
        _print_rule(console, part, indent + "    ")
    if not rule.parts:
        console.print(f"{indent}    [cyan]{escape_words(say_rule(rule))}[/]")


def say_rule(rule: ExclusionRule) -> str:
    """How a rule was understood, in one line."""
    words: list[str] = [
        rule.kind if rule.origin == "derived" else "by hand",
        f"about {', '.join(rule.subjects) or 'anything'}",
    ]
    if rule.condition:
        words.append(f"{rule.condition.type.replace('_', ' ')}: {', '.join(rule.condition.phrases)}")
    if rule.pinned:
        words.append(f"from {rule.pinned.min_share:.0%} of sentences: {rule.pinned.action}")
    if rule.redirect_to:
        words.append(f"use {', '.join(rule.redirect_to)} instead")
    if rule.needs_judgement:
        words.append("only a reader can tell")
    return " · ".join(words)


def _print_links(console: Console, category: Category, taxonomy: Taxonomy) -> None:
    links = {
        "broader": category.broader,
        "narrower": taxonomy.find_narrower(category.id),
        "never with": category.never_with,
        "related, not in this taxonomy": category.related,
        "former ids": category.aliases,
    }
    for name, ids in links.items():
        if ids:
            console.print(f"\n[bold]{name.capitalize()}[/]  {escape_words(', '.join(ids))}")


def print_findings(findings: Sequence[LintFinding]) -> None:
    """One block per finding, the gravest first, and a line that counts them."""
    console = open_console()
    for finding in findings:
        place = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
        style = SEVERITY_STYLES[finding.severity]
        grade = f"[{style}]{finding.severity:7}[/] {escape_words(place)}  [dim]{finding.code}[/]"
        console.print(f"{grade}  {escape_words(finding.message)}")
    counts = [tell_count(sum(f.severity == name for f in findings), noun) for name, noun in COUNTED.items()]
    console.print(f"{counts[0]} and {counts[1]}, {counts[2]}.")
