"""Measures asking a model server: articles a second, added latency, and what becomes of faults.

    python -m bench.asking [--only alone|whole|faults|quota] [--profile]

The server is our own faulty one in a process of its own, so that no model's speed is measured. Each
figure stands beside its limit and, where one was measured, the best peer's. One JSON object last.

alone   articles a second where each is only asked about, and what asking adds to the server's own time
whole   the same with all of the way of an article, decisions and their keeping included
faults  a server that fails in every manner: all is decided or waits for a person, and the books agree
quota   money that is gone in the middle: how many calls are made after that
"""

import asyncio
import cProfile
import pstats
import statistics
from collections import Counter
from typing import Any

from app.domain.article import Article
from app.domain.decision import Decision
from bench.asking_site import IN_FLIGHT, Bench
from bench.frame import end, make_parser
from tests.servers.composition import QuickClock
from tests.servers.faulty_server import start_faulty_server
from tests.servers.reconciling import Reconciliation, count_sent_after_refusal, reconcile
from tests.servers.varied_articles import build_varied_articles

ARTICLES, FAULTY_ARTICLES, SHARE = 200, 500, 0.15
LATENCY_S = 0.5
ONE_BY_ONE = 100
LIMITS = {
    "alone_per_s": (">=", 28.0, "ideal 32, best peer 26"),
    "alone_at_once_per_s": (">=", 150.0, "no latency at the server"),
    "added_p50_ms": ("<", 15.0, "one at a time"),
}


def main() -> None:
    parser = make_parser("bench.asking", __doc__)
    parser.add_argument("--only", choices=["alone", "whole", "faults", "quota"], help="this part and no other")
    parser.add_argument("--profile", action="store_true", help="then print where the time goes")
    options = parser.parse_args()
    figures: dict[str, object] = {}
    parts = {"alone": measure_alone, "whole": measure_whole, "faults": measure_faults, "quota": measure_quota}
    for name, measure in parts.items():
        if options.only in {None, name}:
            figures |= measure()
    if options.profile:
        profile()
    end(figures)


def measure_alone() -> dict[str, object]:
    """Asking alone, every definition in the prompt, no second opinion."""
    articles = build_varied_articles(ARTICLES)
    print(
        f"asking alone: {ARTICLES} articles of {statistics.mean(a.words for a in articles):.0f} words, 24 definitions"
    )
    figures: dict[str, object] = {}
    with start_faulty_server("--latency", str(LATENCY_S)) as server:
        bench = Bench(server)
        figures["alone_per_s"] = asyncio.run(bench.run(bench.ask, articles))
    with start_faulty_server() as server:
        bench = Bench(server)
        figures["alone_at_once_per_s"] = asyncio.run(bench.run(bench.ask, articles))
    with start_faulty_server() as server:
        figures["added_p50_ms"] = statistics.median(asyncio.run(Bench(server).time_each(articles[:ONE_BY_ONE])))
    for name, (sign, limit, note) in LIMITS.items():
        print(f"  {name:24} {figures[name]:8.1f}   limit {sign} {limit:g}   ({note})")
    return figures


def measure_whole() -> dict[str, object]:
    """The whole way to a decision, with the second opinion, and with a shortlist of twelve."""
    articles = build_varied_articles(ARTICLES)
    figures: dict[str, object] = {}
    whole = {"second": "all", "settings": {"max_together": 12, "shortlist": 12}}
    rows: list[tuple[str, float, dict[str, Any]]] = [
        ("whole_no_second_per_s", LATENCY_S, {}),
        ("whole_per_s", LATENCY_S, {"second": "all"}),
        ("whole_shortlist_per_s", LATENCY_S, whole),
        ("whole_shortlist_at_once_per_s", 0.0, whole),
    ]
    print("the whole way, decisions included")
    for name, latency_s, how in rows:
        with start_faulty_server("--latency", str(latency_s)) as server:
            bench = Bench(server, **how)
            figures[name] = asyncio.run(bench.run(bench.classify, articles))
        print(f"  {name:32} {figures[name]:8.1f}   at {latency_s:g} s at the server")
    return figures


def measure_faults() -> dict[str, object]:
    """Faults of all kinds: what was decided, what waits and why, and whether the books agree."""
    articles = build_varied_articles(FAULTY_ARTICLES, sentences=20)
    with start_faulty_server("--faults", str(SHARE), "--seed", "11", "--latency", "0.02") as server:
        # Thirty times as fast: what waits 20 s between two attempts waits less than one.
        bench = Bench(server, judge="auto", timeout_s=2.0, clock=QuickClock(30))
        decisions = asyncio.run(_decide_all(bench, articles))
        books = reconcile(bench.ledger.attempts, server.read_log())
    figures = _describe(decisions, books)
    print(f"{FAULTY_ARTICLES} articles, {SHARE:.0%} faults: {dict(books.faults)}")
    for name, value in figures.items():
        print(f"  {name:24} {value}")
    for line in books.wrong[:10]:
        print(f"  WRONG {line}")
    return {f"faults_{name}": value for name, value in figures.items()}


async def _decide_all(bench: Bench, articles: list[Article]) -> list[Decision | BaseException]:
    try:
        return await asyncio.gather(*map(bench.classify, articles), return_exceptions=True)
    finally:
        await bench.close()


def _describe(outcomes: list[Decision | BaseException], books: Reconciliation) -> dict[str, object]:
    decisions = [outcome for outcome in outcomes if isinstance(outcome, Decision)]
    waiting = [[a for a in decision.assignments if a.status == "review"] for decision in decisions]
    reasons = Counter(reason for some in waiting for a in some for reason in a.review_reasons)
    return {
        "decided": len(decisions),
        "lost": len(outcomes) - len(decisions),
        "with_review": sum(bool(some) for some in waiting),
        "review_reasons": dict(reasons),
        "review_without_reason": sum(not a.review_reasons for some in waiting for a in some),
        "degraded": sum(decision.judge.degraded for decision in decisions),
        "calls": books.calls,
        "calls_exact": books.exact,
        "calls_unknown": dict(books.unknown),
        "calls_estimated": dict(books.estimated),
        "calls_wrong": len(books.wrong),
    }


def measure_quota() -> dict[str, object]:
    """The account runs dry half way: what is sent after that."""
    articles = build_varied_articles(ARTICLES, sentences=20)
    with start_faulty_server("--quota-after", "100", "--latency", "0.02") as server:
        bench = Bench(server, judge="auto")
        decisions = asyncio.run(_decide_all(bench, articles))
        log = server.read_log()
    refused = [entry for entry in log if entry.fault == "quota"]
    figures = {
        "sent": len(log),
        "refused_in_flight": len(refused),
        "sent_after_refusal": count_sent_after_refusal(bench.ledger.entries),
        "degraded": sum(isinstance(d, Decision) and d.judge.degraded for d in decisions),
        "wrong": len(reconcile(bench.ledger.attempts, log).wrong),
    }
    print(f"quota gone after 100 of {ARTICLES}: {figures}   limit: at most {IN_FLIGHT} in flight, 0 after")
    return {f"quota_{name}": value for name, value in figures.items()}


def profile() -> None:
    """The dearest functions of asking with no latency at the server."""
    articles = build_varied_articles(ARTICLES)
    with start_faulty_server() as server:
        bench = Bench(server)
        profiler = cProfile.Profile()
        profiler.runcall(lambda: asyncio.run(bench.run(bench.ask, articles)))
    stats = pstats.Stats(profiler)
    stats.sort_stats("cumulative").print_stats(45)
    stats.sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
