"""Measures reclassifying an archive for real: the command line, its store and its workers against a model server.

    python -m bench.reclassify [--articles 10000] [--only PART ...] [--embeddings] [--large-mb 2000]

The server is our own in a process of its own, the articles and definitions are made up, and the second
opinion is off. Without --embeddings the commands run as where the embedding model is not installed; with it,
sentences are embedded as in service, which takes most of the time. Each figure stands beside its limit; one
JSON object last.

runs        in full, then with nothing changed, a definition, a threshold, an article, its metadata; memory
kills       one worker on SQLite, killed five times: each article once, every call in the ledger
takeover    two workers on PostgreSQL, of which one is killed; left out where PostgreSQL cannot run
throughput  articles a second beside asking alone (at most 1,500 articles)
large       planning a file that does not fit into memory; only where it is named
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.bootstrap.classifying import compose_classifier
from app.category_files.loading import load_taxonomy
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.errand import Errand
from app.llm.tab import Tab
from app.prompting.counting import load_counter
from app.settings import Settings
from app.store.articles import list_articles, load_article
from app.store.connection import Connection
from app.store.opening import open_database
from bench.frame import end, make_parser
from bench.reclassify_data import find_article, write_archive, write_lines
from bench.reclassify_definitions import DEFINITIONS
from bench.reclassify_kills import measure_kills, measure_takeover
from bench.reclassify_site import Asked, Site, make_site
from bench.watching import measure_growth, read_rss_mb, tell_growth
from tests.servers.composition import MODEL, WholeLedger, open_model_at

PARTS = ("runs", "kills", "takeover", "throughput", "large")
EDITED = "ferries"
LATENCY_S, THROUGHPUT_LATENCY_S, THROUGHPUT_IN_FLIGHT, THROUGHPUT_ARTICLES = 0.05, 0.5, 32, 1_500
UNCHANGED_S, THROUGHPUT_SHARE = 10.0, 0.85
LARGE_RSS_MB = 500.0
Samples = list[tuple[float, int, float]]
"""Seconds, items settled, megabytes: a few times a second."""


def main() -> None:
    parser = make_parser("bench.reclassify", __doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="in the archive (default 10000, at least 50)")
    parser.add_argument("--only", choices=PARTS, nargs="+", help="these parts and no others")
    parser.add_argument("--embeddings", action="store_true", help="embed sentences, as in service")
    parser.add_argument("--large-mb", type=int, default=2_000, help="of the file in `large` (default 2000)")
    options = parser.parse_args()
    if options.articles < 50:
        parser.error("--articles must be 50 or more: a kill needs a moment between start and end")
    figures: dict[str, Any] = {"articles": options.articles, "embeddings": options.embeddings}
    with tempfile.TemporaryDirectory(prefix="scopenote-cache-") as folder:
        for part in options.only or PARTS[:-1]:
            figures[part] = measure(part, options, Path(folder))
    end(figures)


def measure(part: str, options: argparse.Namespace, cache: Path) -> dict[str, Any]:
    """One part of what is measured."""
    articles, embeddings = options.articles, options.embeddings
    if part == "runs":
        return measure_runs(articles, cache, embeddings=embeddings)
    if part == "kills":
        return measure_kills(articles, cache, embeddings=embeddings)
    if part == "takeover":
        return measure_takeover(articles, cache, embeddings=embeddings)
    if part == "throughput":
        return measure_throughput(min(articles, THROUGHPUT_ARTICLES), cache, embeddings=embeddings)
    return measure_large(options.large_mb, cache)


def measure_runs(articles: int, cache: Path, *, embeddings: bool) -> dict[str, Any]:
    """A full run, then one with nothing changed, and one after each kind of change."""
    with make_site(latency_s=LATENCY_S, cache=cache, embeddings=embeddings) as site:
        write_archive(site.archive, articles)
        print(f"{articles} articles, {len(DEFINITIONS)} categories, {LATENCY_S:g} s at the server")
        samples: Samples = []
        full = site.reclassify(watch=lambda pid: take_sample(site, pid, samples))
        figures = {"full": show("full run", full, f"{articles} calls", site), "memory": show_memory(samples, articles)}
        figures["unchanged"] = show("nothing changed", site.reclassify(), f"no call, {UNCHANGED_S:g} s", site)
        edit(site.categories / f"{EDITED}.md", "Timetables,", "Timetables on paper,")
        figures["definition"] = show("one definition", site.reclassify(), f"only {EDITED!r} asked", site, of=full)
        figures["threshold"] = show("threshold", site.reclassify(threshold="0.6"), "no call", site)
        edit(find_article(site.archive, articles // 2), "## Part", "## A new part", also="\nIt was the last boat.\n")
        figures["article"] = show("one article", site.reclassify(threshold="0.6"), "1 call", site)
        edit(find_article(site.archive, articles // 3), "author: desk", "author: a new desk")
        figures["metadata"] = show("only metadata", site.reclassify(threshold="0.6"), "no call", site)
    return figures


def edit(path: Path, old: str, new: str, *, also: str = "") -> None:
    """Change words of a file, and put more at its end."""
    path.write_text(path.read_text().replace(old, new) + also)


def show(name: str, asked: Asked, limit: str, site: Site, of: Asked | None = None) -> dict[str, Any]:
    """Print what a run took beside its limit."""
    share = f" ({asked.input_tokens / of.input_tokens:.0%} of the full run's)" if of else ""
    print(
        f"  {name:16} {asked.seconds:7.1f} s ({asked.cpu_s:.1f} s of CPU)  {len(asked.log):6} calls  "
        f"{asked.input_tokens:>11,} tokens in{share}, {asked.output_tokens:,} out; {asked.tally.decided} "
        f"decided, {asked.plan.unchanged} left alone, "
        f"{asked.tally.parked} parked; asked about {len(asked.plan.by_category)} categories   limit: {limit}"
    )
    return {
        "seconds": round(asked.seconds, 1),
        "cpu_s": round(asked.cpu_s, 1),
        "calls": len(asked.log),
        "input_tokens": asked.input_tokens,
        "output_tokens": asked.output_tokens,
        "decided": asked.tally.decided,
        "unchanged": asked.plan.unchanged,
        "parked": asked.tally.parked,
        "categories": sorted(asked.plan.by_category),
        "verdicts": site.count_rows().verdicts,
    }


def take_sample(site: Site, pid: int, samples: Samples) -> None:
    """How far the newest job is, and what the process takes meanwhile."""
    job = site.find_job()
    if job is not None:
        samples.append((time.monotonic(), site.count_settled(job), read_rss_mb(pid)))


def show_memory(samples: Samples, articles: int) -> dict[str, object]:
    """Print how the memory of the full run grew."""
    figures, words = tell_growth(measure_growth([(settled, mb) for _, settled, mb in samples], articles))
    print(f"  memory: {words}")
    return figures


def measure_throughput(articles: int, cache: Path, *, embeddings: bool) -> dict[str, float]:
    """A worker's articles a second, between the first and the last tenth, against asking alone about the same."""
    in_flight = THROUGHPUT_IN_FLIGHT
    with make_site(latency_s=THROUGHPUT_LATENCY_S, cache=cache, in_flight=in_flight, embeddings=embeddings) as site:
        write_archive(site.archive, articles)
        job = site.detach()
        samples: Samples = []
        with site.work() as worker:
            while not site.is_done(job):
                samples.append((time.monotonic(), site.count_settled(job), read_rss_mb(worker.pid)))
                time.sleep(0.25)
        inner = [(at, settled) for at, settled, _ in samples if articles * 0.1 <= settled <= articles * 0.9]
        (start, first), (end, last) = inner[0], inner[-1]
        rate = (last - first) / (end - start)
        alone = asyncio.run(ask_alone(site, in_flight, site.store.read_now(_load_all)))
    print(
        f"throughput at {THROUGHPUT_LATENCY_S:g} s, {in_flight} in flight, {articles} articles: {rate:.1f} a second by "
        f"a job, {alone:.1f} asked alone, {rate / alone:.0%} of it   limit {THROUGHPUT_SHARE:.0%}; "
        f"the server allows {in_flight / THROUGHPUT_LATENCY_S:g}"
    )
    return {"job_per_s": round(rate, 1), "alone_per_s": round(alone, 1), "share": round(rate / alone, 3)}


async def ask_alone(site: Site, in_flight: int, articles: Sequence[Article]) -> float:
    """Articles a second, between the first and the last tenth, where each is planned and asked about, and no more.

    Calls are written down as always; verdicts and decisions are not.
    """
    settings = Settings.model_validate({"judge": "llm", "second_opinion": "off"})
    database = open_database(f"sqlite:///{site.folder}/alone.db")
    ledger = WholeLedger(database)
    model = open_model_at(
        site.server.base_url, counter=load_counter(MODEL), ledger=ledger, timeout_s=60.0, in_flight=in_flight
    )
    classifier = compose_classifier(load_taxonomy(site.categories), settings, None, model)
    waiting, ends = iter(articles), list[float]()
    await asyncio.gather(*(_work_off(classifier, waiting, ends) for _ in range(2 * in_flight)))
    await model.close()
    database.close()
    inner = ends[len(ends) // 10 : len(ends) * 9 // 10]
    return (len(inner) - 1) / (inner[-1] - inner[0])


async def _work_off(classifier: Classifier, waiting: Iterator[Article], ends: list[float]) -> None:
    for article in waiting:
        plan = await classifier.plan(article)
        await classifier.hearing.judge.judge(article, plan, Errand(urgency="job", job="alone"), Tab())
        ends.append(time.monotonic())


def _load_all(c: Connection) -> list[Article]:
    loaded, after = list[Article](), ""
    while page := list_articles(c, after=after):
        loaded += [load_article(c, one.key) for one in page]
        after = page[-1].key
    return loaded


def measure_large(size_mb: int, cache: Path) -> dict[str, float]:
    """Planning an archive that would not fit: a file of JSON lines, of which no more than a part is in memory."""
    with make_site(latency_s=0.0, cache=cache) as site:
        path = site.folder / "export.jsonl"
        articles = write_lines(path, size_mb * 1_000_000)
        peak: list[float] = [0.0]
        begin = time.monotonic()
        site.plan(path, watch=lambda pid: peak.append(read_rss_mb(pid)))
        took_s = time.monotonic() - begin
    print(
        f"a file of {size_mb:,} MB with {articles:,} articles: planned in {took_s:.0f} s with at most "
        f"{max(peak):.0f} MB in memory   limit {LARGE_RSS_MB:g} MB"
    )
    return {"file_mb": size_mb, "articles": articles, "peak_mb": round(max(peak), 1), "seconds": round(took_s, 1)}


if __name__ == "__main__":
    main()
