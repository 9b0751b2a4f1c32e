"""Owns the rules that an editor wrote by hand: they do what they say, and nothing else."""

from app.domain.article import Article
from app.domain.exclusion import PinnedRule
from app.rules.reasons import begin, say_sentences, say_share
from app.rules.settling import Settled
from app.rules.wording import find_sentences


def check_pinned(pinned: PinnedRule, article: Article) -> Settled:
    """What the rule says of the article: by its own words, its own share and its own action."""
    when = find_sentences(pinned.when, article)
    if not when:
        return Settled(finding="clear", reason="None of the words that the rule looks for occurs.")
    share = len(when) / len(article.sentences)
    held = begin(say_sentences(share, "hold", "words that the rule looks for"))
    if share < pinned.min_share:
        wanted = say_share(pinned.min_share)
        return Settled(finding="waived", reason=f"{held}, under the {wanted} it asks for.", sentences=when)
    rescued = find_sentences(pinned.unless, article) if pinned.unless else ()
    if rescued:
        spared = say_sentences(len(rescued) / len(article.sentences), "hold", "what it spares")
        return Settled(finding="waived", reason=f"{held}, but {spared}.", sentences=rescued)
    if pinned.action == "review":
        return Settled(finding="undecided", reason=f"{held}, and the rule asks for a person.", sentences=when)
    return Settled(finding="triggered", reason=f"{held}.", sentences=when)
