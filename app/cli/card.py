"""Owns the card that `classify` prints for people: tag, rationale, quotes, exclusions, the rest."""

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.api.classification import Classification
from app.cli.terminal import escape_words, join_words, open_console
from app.domain.decision import Assignment, ExclusionFinding, Finding, Status
from app.domain.telling import STATUSES, tell_count

SIGNS: dict[Finding, tuple[str, str]] = {
    "clear": ("✓", "green"),
    "waived": ("✓", "green"),
    "undecided": ("?", "yellow"),
    "triggered": ("✗", "red"),
}
STYLES: dict[Status, str] = {
    "assigned": "bold green",
    "review": "yellow",
    "excluded": "red",
}
"""Of the statuses that are shown in full; the others are rows of a table."""
SHOWN_QUOTES = 5
SHOWN_REJECTED = 8


def print_card(classification: Classification, path: str) -> None:
    """Print one classification as a card; widths and colours are the terminal's."""
    standing = [a for a in classification.assignments if a.status in STYLES]
    parts: list[Text | Table] = [
        join_words((", ".join(classification.tags) or "no tag", "bold")),
        join_words(classification.rationale),
        Text(),
    ]
    for assignment in standing:
        parts += _show_assignment(assignment)
    if others := [a for a in classification.assignments if a.status not in STYLES]:
        parts.append(_list_others(others))
    parts += [join_words((f"! {warning}", "yellow")) for warning in classification.warnings]
    parts += [Text(), _say_footer(classification)]
    title = join_words(classification.article.title or path)
    open_console().print(Panel(Group(*parts), title=title, title_align="left", padding=(1, 2)))


def _show_assignment(assignment: Assignment) -> Iterator[Text]:
    status, style = STATUSES[assignment.status].lower(), STYLES[assignment.status]
    yield join_words((assignment.title, "bold"), f"  {assignment.score:.2f}  ", (status, style))
    if assignment.review_reasons:
        yield join_words((f"  {', '.join(r.replace('_', ' ') for r in assignment.review_reasons)}", "yellow"))
    if assignment.status == "excluded":
        yield join_words(f"  {assignment.rationale}")
    for evidence in assignment.evidence[:SHOWN_QUOTES]:
        yield join_words((f"  “{evidence.quote}”", "italic"), (f"  {evidence.start}–{evidence.end}", "dim"))
    left = len(assignment.evidence) - SHOWN_QUOTES
    if left > 0:
        yield join_words((f"  and {tell_count(left, 'more quote')} (--json has all)", "dim"))
    for finding in assignment.exclusions:
        yield from _show_finding(finding)
    yield Text()


def _show_finding(finding: ExclusionFinding) -> Iterator[Text]:
    sign, style = SIGNS[finding.finding]
    yield join_words((f"  {sign} {finding.finding}", style), f"  {finding.text}")
    yield join_words((f"      {finding.reason}", "dim"))


def _list_others(others: Sequence[Assignment]) -> Table:
    table = Table(title="Other categories", title_justify="left", title_style="", box=None, pad_edge=False)
    table.add_column("score", justify="right")
    table.add_column("category")
    table.add_column("why not", style="dim")
    for assignment in others[:SHOWN_REJECTED]:
        table.add_row(f"{assignment.score:.2f}", escape_words(assignment.title), escape_words(assignment.rationale))
    if len(others) > SHOWN_REJECTED:
        table.add_row("", f"and {len(others) - SHOWN_REJECTED} more", "--json has all")
    return table


def _say_footer(classification: Classification) -> Text:
    article, usage, judge = classification.article, classification.usage, classification.judge
    cost = "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    words = f"{tell_count(article.words, 'word')}, {tell_count(article.sentences, 'sentence')}"
    asked = f"{judge.kind} judge ({judge.model}{', degraded' if judge.degraded else ''})"
    said = f"{words} · {asked} · {tell_count(usage.calls, 'call')}, {cost} · {classification.took_ms:.0f} ms"
    return join_words((said, "dim"))
