"""Owns the card that `classify` prints for people: tag, rationale, quotes, exclusions, the rest."""

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.api.classification import Classification
from app.domain.decision import Assignment, ExclusionFinding, Finding, Status

SIGNS: dict[Finding, tuple[str, str]] = {
    "clear": ("✓", "green"),
    "waived": ("✓", "green"),
    "undecided": ("?", "yellow"),
    "triggered": ("✗", "red"),
}
STATUS_WORDS: dict[Status, tuple[str, str]] = {
    "assigned": ("assigned", "bold green"),
    "review": ("needs a person", "yellow"),
    "excluded": ("excluded", "red"),
    "rejected": ("rejected", "dim"),
    "not_considered": ("not considered", "dim"),
}
SHOWN_QUOTES = 5
SHOWN_REJECTED = 8


def print_card(classification: Classification, path: str, console: Console | None = None) -> None:
    """Print one classification as a card; widths and colours are the terminal's."""
    console = console or Console()
    standing = [a for a in classification.assignments if a.status in {"assigned", "review", "excluded"}]
    parts: list[Text | Table] = [_say_verdict(classification)]
    parts += [_show_assignment(assignment) for assignment in standing]
    parts.append(_list_others(classification.assignments))
    parts += [Text(f"! {warning}", style="yellow") for warning in classification.warnings]
    parts.append(_say_footer(classification))
    title = escape(classification.article.title or path)
    console.print(Panel(Group(*parts), title=title, title_align="left", padding=(1, 2)))


def _say_verdict(classification: Classification) -> Text:
    tags = ", ".join(classification.tags) or "no tag"
    return Text.assemble((tags, "bold"), "\n", classification.rationale, "\n")


def _show_assignment(assignment: Assignment) -> Text:
    words, style = STATUS_WORDS[assignment.status]
    text = Text.assemble((assignment.title, "bold"), f"  {assignment.score:.2f}  ", (words, style), "\n")
    if assignment.review_reasons:
        text.append(f"  {', '.join(r.replace('_', ' ') for r in assignment.review_reasons)}\n", style="yellow")
    if assignment.status == "excluded":
        text.append(f"  {assignment.rationale}\n")
    for evidence in assignment.evidence[:SHOWN_QUOTES]:
        text.append(f"  “{evidence.quote}”", style="italic")
        text.append(f"  {evidence.start}–{evidence.end}\n", style="dim")
    left = len(assignment.evidence) - SHOWN_QUOTES
    if left > 0:
        text.append(f"  and {left} more quotes (--json has all)\n", style="dim")
    for finding in assignment.exclusions:
        text.append_text(_show_finding(finding))
    return text


def _show_finding(finding: ExclusionFinding) -> Text:
    sign, style = SIGNS[finding.finding]
    return Text.assemble(
        ("  " + sign + " ", style),
        (finding.finding, style),
        f"  {finding.text}\n",
        (f"      {finding.reason}\n", "dim"),
    )


def _list_others(assignments: tuple[Assignment, ...]) -> Table:
    others = [a for a in assignments if a.status in {"rejected", "not_considered"}]
    table = Table(title="Other categories", title_justify="left", title_style="", box=None, pad_edge=False)
    table.add_column("score", justify="right")
    table.add_column("category")
    table.add_column("why not", style="dim")
    for assignment in others[:SHOWN_REJECTED]:
        table.add_row(f"{assignment.score:.2f}", escape(assignment.title), escape(assignment.rationale))
    if len(others) > SHOWN_REJECTED:
        table.add_row("", f"and {len(others) - SHOWN_REJECTED} more", "--json has all")
    return table


def _say_footer(classification: Classification) -> Text:
    usage, judge = classification.usage, classification.judge
    cost = "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    words = f"{classification.article.words} words, {classification.article.sentences} sentences"
    asked = f"{judge.kind} judge ({judge.model}{', degraded' if judge.degraded else ''})"
    return Text(f"\n{words} · {asked} · {usage.calls} calls, {cost} · {classification.took_ms:.0f} ms", style="dim")
