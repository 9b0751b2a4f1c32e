"""Owns what is printed about jobs for people: a plan, a job, a list of jobs, what an undo came to."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.api.told_job import ToldJob
from app.cli.terminal import join_words, open_console
from app.domain.attempt import Spent
from app.domain.job import JobPlan, Recipe
from app.domain.telling import tell_count, tell_fields
from app.jobs.files.undo import UndoReport, tell_left
from app.jobs.reporting.page import tell_usd

NAMED = 20
"""Categories, notes or files that are named before the rest is counted."""
WAITS = "waiting for a worker"
"""Said of a job that runs while nobody is there to work on it."""
STYLES = {"running": "cyan", "paused": "yellow", "cancelled": "dim", "done": "green", "undone": "dim", WAITS: "yellow"}


def print_plan(plan: JobPlan, recipe: Recipe, *, judge: str) -> None:
    """Print what a job comes to before anything is spent; `judge` names who is asked."""
    lines = [*_tell_plan(plan), *_tell_recipe(recipe, judge), *_tell_notes(plan)]
    open_console().print(Panel(Group(*lines), title="Plan", title_align="left", padding=(1, 2)))


def print_job(told: ToldJob) -> None:
    """Print one job with what became of its items."""
    tally, spent, bound = told.tally, told.tally.spent, _tell_bound(told.plan)
    head: list[RenderableType] = [
        join_words(_tell_state(told), f" · made {told.created_at:%Y-%m-%d %H:%M} UTC"),
    ]
    if _tell_state(told)[0] == WAITS:
        head.append(Text("`scopenote serve` or `scopenote worker` starts one"))
    if told.reason:
        head.append(join_words(told.reason))
    done = f"{tally.decided:,} decided, {tally.unchanged:,} unchanged, {tally.parked:,} parked"
    done += f", {tally.waiting:,} waiting" if tally.waiting else ""
    lines = [
        Text(f"{tell_count(told.total, 'item')}: {done}"),
        Text(f"{tell_count(spent.calls, 'call')}, {tell_tokens(spent.tokens)}, {tell_spent(spent)} ({bound})"),
    ]
    if told.recipe.write is not None:
        lines.append(Text(f"{tell_count(tally.written, 'file')} written"))
    sources = join_words(("sources: ", "dim"), ", ".join(told.recipe.sources))
    panel = Panel(Group(*head, Text(), *lines, sources), title=join_words(told.id), title_align="left", padding=(1, 2))
    open_console().print(panel)


def print_jobs(told: Sequence[ToldJob]) -> None:
    """Print jobs as a table, in the order that they are given in; ids are whole on a narrow terminal too."""
    table = Table(box=None, header_style="bold")
    for name in ("job", "state", "items", "spent"):
        table.add_column(name, overflow="fold")
    for job in told:
        tally = job.tally
        items = [f"{job.total - tally.waiting:,} of {job.total:,}"]
        items += [f"{tally.parked:,} parked"] if tally.parked else []
        table.add_row(
            Group(join_words(job.id), join_words((", ".join(job.recipe.sources), "dim"))),
            Group(join_words(_tell_state(job)), Text(f"{job.created_at:%Y-%m-%d %H:%M}")),
            "\n".join(items),
            tell_spent(tally.spent),
        )
    open_console().print(table if told else "No jobs yet; `scopenote reclassify` makes one.")


def print_undo(report: UndoReport) -> None:
    """Print what was restored, and what was left and why."""
    console = open_console()
    files = [f"{tell_count(report.restored, 'file')} restored"]
    files += [f"{report.as_before:,} had the former text already"] if report.as_before else []
    files += [f"{len(report.left):,} {tell_left(len(report.left))}"] if report.left else []
    decisions = [f"{tell_count(report.decisions, 'article')} given back the former decision"]
    decisions += [f"{report.decided_as_before:,} had it already"] if report.decided_as_before else []
    decisions += [f"{report.decided_since:,} have a later one, which stands on"] if report.decided_since else []
    decisions += [f"{report.decisions_left:,} left with the file"] if report.decisions_left else []
    for counts in (files, decisions):
        console.print(f"{', '.join(counts)}.")
    for left in report.left[:NAMED]:
        console.print(join_words(("left: ", "yellow"), f"{left.path}: {left.reason}"))
    if len(report.left) > NAMED:
        console.print(f"and {len(report.left) - NAMED:,} more")


def tell_spent(spent: Spent) -> str:
    """What attempts cost, as far as prices are known."""
    return "not known" if spent.unpriced == spent.calls > 0 else tell_usd(spent.cost_usd)


def tell_tokens(tokens: int) -> str:
    """So many tokens, in words."""
    return tell_count(tokens, "token")


def _tell_plan(plan: JobPlan) -> list[Text]:
    lines = [
        join_words((f"{tell_count(plan.articles, 'article')} selected", "bold")),
        Text(f"{plan.unchanged:,} unchanged, {plan.free:,} decided again at no cost, {plan.asked:,} to ask about"),
    ]
    if plan.calls:
        about = "" if plan.exact else "about "
        cached = f" ({plan.cached_tokens:,} from the provider's cache)" if plan.cached_tokens else ""
        sent = f"{tell_tokens(plan.input_tokens)} in{cached}, {plan.output_tokens:,} out"
        lines.append(
            Text(f"{about}{tell_count(plan.pairs, 'pair')} of article and category, {plan.calls:,} calls: {sent}")
        )
        lines.append(join_words((_tell_cost(plan), "bold")))
        asked = sorted(plan.by_category.items(), key=lambda pair: (-pair[1], pair[0]))
        named = ", ".join(f"{category} ({count:,})" for category, count in asked[:NAMED])
        rest = f" and {len(asked) - NAMED:,} more" if len(asked) > NAMED else ""
        lines.append(join_words(("asked about: ", "dim"), named + rest))
    if plan.asked:
        lines.append(Text(f"up to {tell_count(plan.may_gain, 'tag')} may be gained, {plan.may_lose:,} lost"))
    elif plan.may_lose:
        # Every category may be gained where all are measured anew, so that their number says nothing.
        lines.append(Text(f"tags that stand now and are decided again: {plan.may_lose:,}"))
    return lines


def _tell_recipe(recipe: Recipe, judge: str) -> list[Text]:
    batched = ", by the Batch API" if recipe.batch_api else ""
    lines = [join_words(("judge: ", "dim"), f"{judge}{batched}")]
    if recipe.max_cost_usd is not None:
        lines.append(join_words(("cap: ", "dim"), tell_usd(recipe.max_cost_usd)))
    if recipe.write is not None:
        written = tell_fields(recipe.write) or "none"
        lines.append(join_words(("written to the files' front matter: ", "bold yellow"), written))
    if recipe.put_back:
        lines.append(join_words(("put back: ", "bold yellow"), "tags that were taken out of the files"))
    return lines


def _tell_notes(plan: JobPlan) -> list[Text]:
    lines = [join_words(("note: ", "yellow"), note) for note in plan.notes[:NAMED]]
    if len(plan.notes) > NAMED:
        lines.append(Text(f"and {len(plan.notes) - NAMED:,} more notes"))
    return lines


def _tell_bound(plan: JobPlan) -> str:
    if not plan.calls:
        return "nothing to be asked"
    return "no price is known" if plan.most_usd is None else f"the plan said {tell_usd(plan.most_usd)} at most"


def _tell_cost(plan: JobPlan) -> str:
    if plan.cost_usd is None or plan.most_usd is None:
        return "what it costs is not known"
    dated = f", prices of {plan.prices_as_of}" if plan.prices_as_of else ""
    at_most = "at most" if plan.exact else "at most, as far as a sample tells"
    return f"{tell_usd(plan.cost_usd)} expected, {tell_usd(plan.most_usd)} {at_most}{dated}"


def _tell_state(told: ToldJob) -> tuple[str, str]:
    """The state in words, and their style."""
    words = WAITS if told.state == "running" and not told.is_worked_on else told.state
    return words, STYLES[words]
