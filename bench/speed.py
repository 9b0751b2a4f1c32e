"""Measures what a user waits for and what a machine must hold: start, latency, memory, scale.

    python -m bench.speed --data DIR

DIR as the data for evaluation is laid out: it holds iptc/, and the seed article is in `DIR/../seeds`. Each
figure is of a process of its own, beside the limit it has. One JSON object last.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.frame import end, make_parser, skip

ROOT = Path(__file__).parent.parent
SEED_ARTICLE = "002_f0b1a27ca56f6ad8.txt"
LIMITS = {"start_s": 2.5, "seed_s": 0.5, "rss_mb": 500}
ROUNDS = 5

_CHILD = """
import asyncio, json, resource, sys, time
start = time.perf_counter()
from app.bootstrap.services import build_services
from app.parsing.article_files import read_article_file
from app.settings import Settings
from pathlib import Path
folder, article, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
services = build_services(Settings(categories=folder, judge="local"))
loaded = time.perf_counter()
linted = None
if sys.argv[4] == "lint":
    services.lint()
    linted = time.perf_counter() - loaded
times = []
for turn in range(rounds):
    # Every sentence is changed, so that nothing is kept from the round before.
    ending = b" " + (b"indeed", b"today", b"again", b"though", b"here")[turn % 5] + b"."
    data = article.read_bytes().replace(b".", ending)
    begin = time.perf_counter()
    decision = asyncio.run(services.classifier.classify(read_article_file(data, article.name)))
    fresh = time.perf_counter() - begin
    times.append(fresh)
print(json.dumps({
    "categories": len(services.taxonomy.categories),
    "load_s": loaded - start,
    "lint_s": linted,
    "classify_s": times,
    "tag": decision.first.category if decision.first else None,
    "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def main() -> None:
    parser = make_parser("bench.speed", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data for evaluation")
    data = parser.parse_args().data
    article = data.parent / "seeds" / SEED_ARTICLE
    if not article.exists():
        skip(f"{article} is not there")
        return
    figures = {"start_s": measure_start(article), **measure_seed(article)}
    figures |= measure_scale(data / "iptc" / "mediatopics.json", article)
    for name, limit in LIMITS.items():
        print(f"{name:24} {figures[name]:8.2f}   limit {limit}")
    for name in sorted(set(figures) - set(LIMITS)):
        print(f"{name:24} {figures[name]:8.2f}")
    end(figures)


def measure_start(article: Path) -> float:
    """Seconds from the command to its result, the second time it is run (disk caches warm)."""
    command = [sys.executable, "-m", "app", "classify", str(article), "--json", "--judge", "local"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    times = [_time(command) for _ in range(3)]
    return statistics.median(times)


def _time(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begin


def measure_seed(article: Path) -> dict[str, float]:
    """The seed article against the shipped definitions, in a process that is warm."""
    seen = _run_child(ROOT / "categories", article, ROUNDS)
    return {
        "seed_s": statistics.median(seen["classify_s"][1:]),
        "seed_first_s": seen["classify_s"][0],
        "shipped_categories": seen["categories"],
        "rss_mb": seen["rss_mb"],
    }


def measure_scale(topics: Path, article: Path) -> dict[str, float]:
    """IPTC's media topics: how long they take to load, lint and classify by, and in what memory."""
    if not topics.exists():
        print(f"skipped: {topics} is not there")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        entries = [
            {"id": t["id"].removeprefix("medtop:"), "title": t["title"], "scope": t["definition"]}
            | ({"broader": [t["parent"].removeprefix("medtop:")]} if t["parent"] else {})
            for t in json.loads(topics.read_text())
        ]
        topics_file = Path(folder) / "topics.json"
        topics_file.write_text(json.dumps(entries))
        cold = _run_child(topics_file, article, 1, cache=Path(folder) / "cache")
        warm = _run_child(topics_file, article, 3, lint=True, cache=Path(folder) / "cache")
    return {
        "iptc_categories": warm["categories"],
        "iptc_load_cold_s": cold["load_s"],
        "iptc_load_s": warm["load_s"],
        "iptc_lint_s": warm["lint_s"],
        "iptc_classify_s": statistics.median(warm["classify_s"]),
        "iptc_rss_mb": warm["rss_mb"],
    }


def _run_child(
    folder: Path, article: Path, rounds: int, *, lint: bool = False, cache: Path | None = None
) -> dict[str, Any]:
    """What a process of its own measures; `cache` takes the place of the user's cache folder."""
    command = [sys.executable, "-c", _CHILD, str(folder), str(article), str(rounds), "lint" if lint else "-"]
    environment = dict(os.environ) | ({"XDG_CACHE_HOME": str(cache)} if cache else {})  # noqa: TID251 - passed on
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


if __name__ == "__main__":
    main()
