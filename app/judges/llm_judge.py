"""Owns the LLM judge: compose, ask, and read the reply into verdicts."""

import textwrap

from app.domain.article import Article
from app.domain.category import Category
from app.domain.verdict import Candidate, Check, Judgement, JudgeName, Usage, Verdict
from app.llm.model import ChatModel, Message
from app.llm.reply_format import CheckForm, ReplyForm, VerdictForm, get_reply_schema, read_reply
from app.prompting.composing import Composer


class LLMJudge:
    """Asks a chat model about all candidates in one call."""

    def __init__(self, model: ChatModel, composer: Composer) -> None:
        self._model = model
        self._composer = composer

    async def judge(self, article: Article, candidates: tuple[Candidate, ...]) -> Judgement:
        """One verdict per candidate, in their order.

        A candidate that the reply leaves out, or a reply that cannot be read, gives an
        `unreadable` verdict: silence is not a "no".

        Raises:
            ModelUnavailable: no reply came.
        """
        categories = tuple(candidate.category for candidate in candidates)
        prompt = self._composer.compose(article, categories)
        messages = (
            Message(role="system", content=prompt.instructions),
            Message(role="user", content=prompt.article),
        )
        reply = await self._model.complete(messages, get_reply_schema())
        form = read_reply(reply.text)
        verdicts = {verdict.category: verdict for verdict in form.verdicts} if form else {}
        denied = frozenset(form.not_applicable) if form else frozenset()
        return Judgement(
            verdicts=tuple(_to_verdict(category, verdicts.get(category.id), denied) for category in categories),
            judge=JudgeName(kind="llm", model=self._model.name),
            usage=Usage(
                calls=1,
                input_tokens=reply.input_tokens,
                cached_tokens=reply.cached_tokens,
                output_tokens=reply.output_tokens,
                cost_usd=None,
            ),
            prompt_version=self._composer.version,
            warnings=_find_faults(form, {category.id for category in categories}, self._model.name),
        )


def _find_faults(form: ReplyForm | None, asked: set[str], model: str) -> tuple[str, ...]:
    """What an editor should know about the reply as a whole."""
    if form is None:
        return (f"the reply of {model!r} could not be read as verdicts",)
    named = {verdict.category for verdict in form.verdicts} | set(form.not_applicable)
    if invented := sorted(named - asked):
        return (f"{model!r} named {len(invented)} categories that it was not asked about, {invented[0][:80]!r} first",)
    return ()


def _to_verdict(category: Category, form: VerdictForm | None, denied: frozenset[str]) -> Verdict:
    if form is None:
        return Verdict(category_id=category.id, unreadable=category.id not in denied)
    return Verdict(
        category_id=category.id,
        topics=_to_checks(form.topics, {topic.id for topic in category.topics} or {category.id}),
        exclusions=_to_checks(form.exclusions, {rule.id for rule in category.exclusions}),
        rationale=textwrap.shorten(form.rationale, 600, placeholder=" …"),
    )


def _to_checks(forms: list[CheckForm], known: set[str]) -> tuple[Check, ...]:
    """The checks about ids that the category has; ids that it lacks are the model's invention."""
    return tuple(
        Check(about=form.id, sentences=tuple(n for n in form.sentences if n > 0), quote=form.quote[:2000])
        for form in forms
        if form.id in known
    )
