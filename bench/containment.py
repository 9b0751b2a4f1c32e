"""Measures containment: what becomes of articles that give orders to the model that reads them.

    python -m bench.containment [--data DIR] [--limit N]

A gullible scripted model obeys every order that reaches it, and lies in three ways about the evidence.
Prints how many attacks are seen by a pattern, how many are held with and without the local judge's second
opinion, and by what; then the same for public collections of injections; then how many honest articles are
suspected. DIR holds injections/, arxiv/ and digitalgov/;
what is not there is left out. One JSON object last.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from app.bootstrap.embeddings import find_embeddings
from app.domain.article import Article
from app.parsing.article_files import read_article_file
from app.rules.suspicion.finding import find_suspicious
from bench.frame import end, make_parser
from bench.retrieval_data import load_set
from tests.containment.attacks import ATTACKS, Attack, read_attack
from tests.containment.course import Course, find, tell_holder
from tests.containment.gullible_model import LIES, Lie, deny, obey, sees, squeeze
from tests.containment.payloads import TARGET, Payload, find_trigger, hide, load_payloads, show

ROOT = Path(__file__).parent.parent
HONEST_LIMIT = 0.005
"""The share of honest articles that may be suspected."""


def main() -> None:
    parser = make_parser("bench.containment", __doc__)
    parser.add_argument("--data", type=Path, help="folder that holds injections/, arxiv/ and digitalgov/")
    parser.add_argument("--limit", type=int, help="injections of public collections at most, evenly spread")
    arguments = parser.parse_args()
    figures: dict[str, object] = {}
    with Course(find_embeddings().embedder) as course:
        figures["attacks"] = measure_attacks(course)
        payloads = load_payloads(arguments.data) if arguments.data else ()
        step = max(1, len(payloads) // arguments.limit) if arguments.limit else 1
        figures["payloads"] = measure_payloads(course, payloads[::step]) if payloads else {"skipped": "no such data"}
    figures["honest"] = measure_honest(arguments.data)
    end(figures)


def measure_attacks(course: Course) -> dict[str, object]:
    """Our own attacks: per kind what is seen and held, and by what the others are stopped."""
    kinds: dict[str, Counter[str]] = {}
    holders: dict[str, Counter[str]] = {"alone": Counter(), "with second opinion": Counter()}
    lost: dict[str, list[str]] = {"alone": [], "with second opinion": []}
    for attack in ATTACKS:
        article = read_attack(attack)
        counted = kinds.setdefault(attack.kind, Counter())
        counted["all"] += 1
        counted["seen"] += bool(find_suspicious(article))
        for name, second_opinion in (("alone", False), ("with second opinion", True)):
            outcomes = [_run(course, attack, article, lie, second_opinion=second_opinion) for lie in _list_lies(attack)]
            holders[name].update(outcomes)
            counted[name] += "nothing" not in outcomes
            lost[name] += [attack.id] if "nothing" in outcomes else []
    print(f"{'attacks':24} {'all':>5} {'seen':>5} {'held':>5} {'held with second opinion':>25}")
    for kind, counted in sorted(kinds.items()):
        print(
            f"{kind:24} {counted['all']:5} {counted['seen']:5} {counted['alone']:5} {counted['with second opinion']:25}"
        )
    for name, held in holders.items():
        print(f"stopped by, {name}: {dict(held.most_common())}; not held: {', '.join(lost[name]) or 'none'}")
    broken = [attack.id for attack in ATTACKS if not _is_fence_whole(course, read_attack(attack))]
    print(f"fences closed or lines forged by an article: {len(broken)} of {len(ATTACKS)}")
    return {
        "attacks": len(ATTACKS),
        "lost": lost,
        "holders": {n: dict(h) for n, h in holders.items()},
        "fences": len(broken),
    }


def _list_lies(attack: Attack) -> Sequence[Lie]:
    return LIES if attack.goal != "hide" else LIES[:1]


def _run(course: Course, attack: Attack, article: Article, lie: Lie, *, second_opinion: bool) -> str:
    """What held the attack: "nothing" where its target was assigned, or vanished without a person seeing it."""
    if attack.goal == "hide":
        decision = course.run(article, deny(attack.obeyed), second_opinion=second_opinion)
        target = find(decision, attack.target)
        return "second opinion" if target and target.status == "review" else "nothing"
    script = obey(attack.target, attack.obeyed, lie)
    decision, messages = course.show(article, script, second_opinion=second_opinion)
    return tell_holder(decision, attack.target, seen=sees(messages, attack.obeyed))


def _is_fence_whole(course: Course, article: Article) -> bool:
    lines = course.composer.compose(article, course.taxonomy.categories).article.strip().split("\n")
    nonce = lines[0].split()[-1]
    closing = [place for place, line in enumerate(lines) if nonce in line][1:]
    sentences = [line for line in lines[1 : closing[0]] if line.startswith("[")]
    return len(closing) == 1 and len(sentences) == len(article.sentences)


def measure_payloads(course: Course, payloads: Sequence[Payload]) -> dict[str, object]:
    """Public injections in an honest article, as text and hidden: per kind what is seen, and what holds the rest."""
    kinds: dict[str, Counter[str]] = {}
    holders: dict[str, Counter[str]] = {"alone": Counter(), "with second opinion": Counter()}
    reached = 0
    for payload in payloads:
        article, trigger = show(payload), find_trigger(payload)
        counted = kinds.setdefault(payload.kind, Counter())
        counted["all"] += 1
        counted["seen"] += bool(find_suspicious(article))
        reached += len(squeeze(trigger)) > 12 and squeeze(trigger) in squeeze(hide(payload).text)
        for name, second_opinion in (("alone", False), ("with second opinion", True)):
            for lie in LIES:
                script = obey(TARGET, trigger, lie)
                decision, messages = course.show(article, script, second_opinion=second_opinion)
                holders[name][tell_holder(decision, TARGET, seen=sees(messages, trigger))] += 1
    print(f"\n{'injections':30} {'all':>5} {'seen':>5}")
    for kind, counted in sorted(kinds.items()):
        print(f"{kind:30} {counted['all']:5} {counted['seen']:5}")
    for name, held in holders.items():
        print(f"stopped by, {name}: {dict(held.most_common())}")
    print(f"hidden in a page, and read all the same: {reached} of {len(payloads)}")
    return {
        "kinds": {kind: dict(counted) for kind, counted in kinds.items()},
        "holders": {name: dict(held) for name, held in holders.items()},
        "hidden_read": reached,
    }


def measure_honest(data: Path | None) -> dict[str, object]:
    """The share of honest articles that are suspected; one of the examples is an attack, and is to be."""
    figures: dict[str, object] = {}
    sets = {"examples": _read_examples()}
    for name in ("arxiv", "digitalgov"):
        found = load_set(name, data, None) if data else None
        if found:
            sets[name] = [row.article for row in found.articles]
    print()
    for name, articles in sets.items():
        suspected = [(article.title, find_suspicious(article)) for article in articles]
        hits = [(title, suspicions) for title, suspicions in suspected if suspicions]
        print(f"{name}: {len(hits)} of {len(suspected)} articles suspected (limit {HONEST_LIMIT:.1%})")
        for title, suspicions in hits:
            print(f"  {title!r}: {', '.join(f'{s.does} in {s.sentence}' for s in suspicions)}")
        figures[name] = {"articles": len(suspected), "suspected": len(hits)}
    return figures


def _read_examples() -> list[Article]:
    paths = sorted(path for path in (ROOT / "examples").iterdir() if path.name[:2].isdigit())
    return [read_article_file(path.read_bytes(), path.name) for path in paths]


if __name__ == "__main__":
    main()
