"""Owns the measurement of a prompt's tokens against the bare text of the article and the definitions.

    python -m bench.prompt_tokens [--prompts DIR] [--show]

Needs no data. Prints the floor (article and definitions as plain text), our prompt, and what ours adds for
each article (uncached) and once for all articles (cached), beside what other systems send for as many
definitions and as long an article. One JSON object last.
"""

import json
from pathlib import Path

from app.category_files.loading import load_taxonomy
from app.domain.article import Article
from app.domain.category import Category
from app.llm.replies.reply_format import build_reply_schema
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from app.prompting.composing import Composer
from app.prompting.counting import load_counter
from bench.frame import end, make_parser

HERE = Path(__file__).parent
DATA = HERE / "prompt_data"
MODEL = "gpt-4o-mini"
"""A model whose encoding is known, so that the counts are exact."""
MAX_UNCACHED = 160
MAX_CACHED = 450
PEER_FLOOR = 1_269
PEERS = {
    "spacy-llm TextCat.v3": 1_468,
    "autolabel HEAD": 1_433,
    "instructor": 1_475,
    "scikit-llm (no definitions)": 786,
    "autolabel 0.0.16 (drops definitions)": 655,
}
"""Tokens per article for 12 definitions and an article of 454 words whose bare text is `PEER_FLOOR` tokens."""


def write_plainly(category: Category) -> str:
    """A definition's words without any form: title, scope, topics, exclusions."""
    bullets = [f"- {text}" for text in (*(t.text for t in category.topics), *(x.text for x in category.exclusions))]
    return "\n".join([category.title, category.scope, *bullets])


def read_example() -> Article:
    """The benchmark's own article."""
    text = (DATA / "article.txt").read_text(encoding="utf-8")
    return read_article(Submission.model_validate({"text": text}), max_words=10_000)


def main() -> None:
    """Read the options, measure, print."""
    parser = make_parser("bench.prompt_tokens", __doc__)
    parser.add_argument("--prompts", type=Path, default=HERE.parent / "prompts", help="folder (default prompts/)")
    parser.add_argument("--show", action="store_true", help="print the prompt")
    options = parser.parse_args()
    counter = load_counter(MODEL)
    categories = load_taxonomy(DATA / "categories.yaml").categories
    article = read_example()
    prompt = Composer(options.prompts, secret=b"benchmark").compose(article, categories)
    if options.show:
        print(f"{prompt.shared}\n{'-' * 80}\n{prompt.article}\n{'-' * 80}")
    schema = json.dumps(build_reply_schema([category.id for category in categories]))
    floor = {
        "article": counter.count(article.text),
        "definitions": counter.count("\n".join(map(write_plainly, categories))),
    }
    ours = {"shared": counter.count(prompt.shared), "article": counter.count(prompt.article)}
    uncached, cached = ours["article"] - floor["article"], ours["shared"] - floor["definitions"]
    print(f"tokens by {counter.name}{'' if counter.exact else ' (estimated)'}; {article.words} words, "
          f"{len(article.sentences)} sentences, {len(categories)} definitions")  # fmt: skip
    print(f"floor              {sum(floor.values()):6}  article {floor['article']}, definitions {floor['definitions']}")
    print(f"our prompt         {sum(ours.values()):6}  of which {ours['article']} for each article")
    print(f"uncached, added    {uncached:6}  limit {MAX_UNCACHED - 1}: fence, sentence numbers, last line")
    print(f"cached, added      {cached:6}  limit {MAX_CACHED - 1}: instructions, ids, check ids; without the schema")
    print(f"schema, cached     {counter.count(schema):6}  as JSON; servers render it in ways of their own")
    for name, tokens in PEERS.items():
        print(f"  {name:38} {tokens:6}  added {tokens - PEER_FLOOR:5}, all of it with every article")
    end(
        {
            "encoding": counter.name,
            "exact": counter.exact,
            "floor": floor,
            "ours": ours,
            "uncached_added": uncached,
            "cached_added": cached,
            "schema": counter.count(schema),
            "best_peer_added": 164,
            "within_limits": uncached < MAX_UNCACHED and cached < MAX_CACHED,
        }
    )


if __name__ == "__main__":
    main()
