"""Owns what `classify --explain-plan` prints for people: calls, tokens and money before they are spent."""

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from app.api.explained_plan import ExplainedPlan
from app.cli.terminal import join_words, open_console
from app.domain.telling import tell_count


def print_plan(plan: ExplainedPlan, path: str) -> None:
    """Print one plan as a card."""
    calls = tell_count(plan.calls, "call") if plan.calls else "no call"
    parts = [join_words((f"{calls} to {plan.model}" if plan.calls else calls, "bold")), Text()]
    parts += [join_words(line) for line in plan.explanation]
    left = f", {plan.left_out} left out as farther away" if plan.left_out else ""
    size = f"{tell_count(plan.article.words, 'word')}, {tell_count(plan.article.sentences, 'sentence')}"
    asked = tell_count(sum(map(len, plan.asked)), "definition")
    parts += [Text(), join_words((f"{size} · {asked} asked about{left} · nothing was spent", "dim"))]
    title = join_words(plan.article.title or path)
    open_console().print(Panel(Group(*parts), title=title, title_align="left", padding=(1, 2)))
