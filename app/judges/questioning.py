"""Owns one question to a model: asked, read, repaired once, and asked in pieces where it is too long."""

from collections.abc import Sequence
from functools import lru_cache

from pydantic import JsonValue

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Part
from app.domain.value import Value
from app.errors import PromptTooLong, Unavailable
from app.judges.claims import Heard, hear_reply, join_claims, tell_made_up
from app.judges.merging import Answer
from app.judges.planning import Planner
from app.judges.pricing import LONGER, QUOTED_REPLY
from app.judges.running import run_together
from app.judges.sizing import TURNS, bound_output
from app.judges.splitting import halve
from app.llm.model import ChatModel, Message, Question, Reply
from app.llm.replies.reply_format import build_reply_schema, read_reply
from app.llm.tab import Tab
from app.prompting.composing import Composer

MAX_DEPTH = 4
"""How often a question that is too long is cut in two."""
SMALL_PART = 200
"""Tokens under which a part of an article is not cut any further."""
LEAST_OUTPUT = 256
MAX_QUOTED = QUOTED_REPLY
"""Characters of a faulty reply that the model is shown again: hardly a character takes more than one token."""
REMEDY = "Set SCOPENOTE_CONTEXT_TOKENS to what it reads at once, or set SCOPENOTE_JUDGE=local."
LEFT_OUT = "It leaves out categories, or names checks that they do not have."
EMPTY_REPLY = "(nothing)"
"""Stands for an empty reply in the conversation: servers refuse turns without words."""
NO_REPLY = Heard(claims={})
SHOWN = 160


class Subject(Value):
    """What one question is about. `stays`: the same categories are asked about from article to article."""

    categories: tuple[Category, ...]
    part: Part
    stays: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """The categories' ids, in their order."""
        return tuple(category.id for category in self.categories)


class Questioner:
    """Asks a model about one article, on one errand."""

    def __init__(
        self, model: ChatModel, composer: Composer, planner: Planner, *, article: Article, errand: Errand, tab: Tab
    ) -> None:
        self._model = model
        self._composer = composer
        self._planner = planner
        self._article = article
        self._errand = errand
        self._tab = tab

    async def ask(self, subject: Subject, depth: int = 0) -> tuple[Answer, ...]:
        """What the model says about these categories and this part: one answer, or one for each piece of the question.

        Raises:
            Unavailable: no reply came, for another reason than the length of what was asked; or the
                model reads too little for even the shortest question.
        """
        question = self._compose(subject)
        pieces = self._divide(subject) if depth < MAX_DEPTH and self._is_known_too_long(question) else ()
        if not pieces:
            try:
                return (await self._converse(question, subject),)
            except PromptTooLong as error:
                if self._is_hopeless(error, subject):
                    raise
                self._planner.learn_limit(question.input_tokens + question.max_output_tokens, error.limit_tokens)
                pieces = self._divide(subject) if depth < MAX_DEPTH else ()
                if not pieces:
                    told = (self._tell_unread(subject, error),)
                    return (Answer(asked=frozenset(subject.ids), claims={}, warnings=told),)
        answered = await run_together(self.ask(piece, depth + 1) for piece in pieces)
        answers = tuple(answer for several in answered for answer in several)
        if depth == 0 and not any(answer.claims for answer in answers):
            raise PromptTooLong(f"{self._model.name!r} could not read any part of this question. {REMEDY}")
        return answers

    def _is_known_too_long(self, question: Question) -> bool:
        """Whether an earlier question has shown that this one is not worth sending."""
        return question.input_tokens + LEAST_OUTPUT > self._planner.limits.context_tokens

    def _is_hopeless(self, error: PromptTooLong, subject: Subject) -> bool:
        """Whether not even one definition with a few sentences would be read."""
        sizes = self._planner.sizes
        least = sizes.header + min(map(sizes.count_definition, subject.categories)) + SMALL_PART
        return error.limit_tokens is not None and error.limit_tokens < least

    def _compose(self, subject: Subject) -> Question:
        sentences = self._name_sentences(subject.part)
        prompt = self._composer.compose(self._article, subject.categories, sentences)
        sizes = self._planner.sizes
        put_in = sizes.count_shared(subject.categories) + sizes.count_article(self._article, sentences) + TURNS
        return Question(
            messages=(
                Message(role="system", content=prompt.shared, ends_prefix=subject.stays),
                Message(role="user", content=prompt.article),
            ),
            reply_schema=_build_schema(subject.ids),
            input_tokens=put_in,
            max_output_tokens=self._leave_room(put_in, bound_output(subject.categories)),
        )

    def _name_sentences(self, part: Part) -> tuple[int, ...] | None:
        """The part's sentence numbers; None for the whole article."""
        return None if len(part.sentences) == len(self._article.sentences) else part.sentences

    def _leave_room(self, put_in: int, wanted: int) -> int:
        """The tokens that a reply may take beside so much input."""
        return max(LEAST_OUTPUT, min(wanted, self._planner.limits.context_tokens - put_in))

    async def _converse(self, question: Question, subject: Subject) -> Answer:
        """The model's answer, with one repair turn where the reply leaves a category without one that can be read.

        A fault that loses no answer is told and not paid for twice.
        """
        asked = frozenset(subject.ids)
        reply = await self._model.complete(question, self._errand, self._tab)
        if reply.refusal is not None or reply.finish == "content_filter":
            return Answer(asked=asked, claims={}, warnings=(self._tell_refusal(reply, subject),))
        fault, heard = self._read(reply, subject)
        warnings: tuple[str, ...] = (f"the reply of {self._model.name!r} had to be mended: {fault}",) if fault else ()
        missing = [id_ for id_ in subject.ids if id_ not in heard.claims]
        if missing or reply.finish == "length":
            repair = self._compose_repair(question, reply, fault or LEFT_OUT, missing)
            second, warnings = await self._ask_again(repair, subject, heard)
            heard = _join(heard, second)
            missing = [id_ for id_ in subject.ids if id_ not in heard.claims]
        told = (*warnings, *self._tell_missing(missing, subject), *tell_made_up(heard.made_up, self._model.name))
        return Answer(asked=asked, claims=heard.claims, warnings=told)

    def _read(self, reply: Reply, subject: Subject) -> tuple[str, Heard]:
        """What is wrong with the reply, "" for nothing, and what it says all the same."""
        read = read_reply(reply.text)
        heard = hear_reply(read.form, subject.categories, frozenset(subject.part.sentences))
        if reply.finish == "length":
            return "It was cut off because it grew too long.", heard
        return read.fault or "", heard

    def _compose_repair(self, question: Question, reply: Reply, fault: str, missing: Sequence[str]) -> Question:
        quoted = reply.text[:MAX_QUOTED].strip() or EMPTY_REPLY
        words = self._composer.compose_repair(fault, missing)
        put_in = question.input_tokens + self._planner.sizes.count(quoted) + self._planner.sizes.count(words) + TURNS
        wanted = question.max_output_tokens * (LONGER if reply.finish == "length" else 1)
        return Question(
            messages=(
                *question.messages,
                Message(role="assistant", content=quoted),
                Message(role="user", content=words),
            ),
            reply_schema=question.reply_schema,
            input_tokens=put_in,
            max_output_tokens=self._leave_room(put_in, wanted),
        )

    async def _ask_again(self, repair: Question, subject: Subject, heard: Heard) -> tuple[Heard, tuple[str, ...]]:
        """What the repair turn adds, and what went wrong with it. What was heard before is not given up for it."""
        try:
            reply = await self._model.complete(repair, self._errand, self._tab)
        except PromptTooLong as error:
            return NO_REPLY, (f"{self._model.name!r} could not be asked to mend its reply: {error}",)
        except Unavailable as error:
            if not heard.claims:
                raise
            return NO_REPLY, (f"{self._model.name!r} could not be asked to mend its reply: {error}",)
        if reply.refusal is not None or reply.finish == "content_filter":
            return NO_REPLY, (self._tell_refusal(reply, subject),)
        return self._read(reply, subject)[1], ()

    def _divide(self, subject: Subject) -> tuple[Subject, ...]:
        """The question in two: the larger of article and definitions is cut, where it can be."""
        sizes, categories = self._planner.sizes, subject.categories
        part_tokens = sizes.count_article(self._article, self._name_sentences(subject.part))
        halves = halve(self._article, subject.part) if part_tokens >= SMALL_PART else None
        if halves and (len(categories) == 1 or part_tokens >= sizes.count_shared(categories)):
            return tuple(subject.model_copy(update={"part": half}) for half in halves)
        middle = len(categories) // 2
        if middle == 0:
            return ()
        return tuple(
            subject.model_copy(update={"categories": some}) for some in (categories[:middle], categories[middle:])
        )

    def _tell_refusal(self, reply: Reply, subject: Subject) -> str:
        why = f"said {reply.refusal[:SHOWN]!r}" if reply.refusal else "its content filter stopped it"
        return f"{self._model.name!r} declined to answer about {_count(subject)}: {why}"

    def _tell_unread(self, subject: Subject, error: PromptTooLong) -> str:
        first, last = subject.part.sentences[0], subject.part.sentences[-1]
        return f"sentences {first} to {last} could not be read for {_count(subject)}: {error}"

    def _tell_missing(self, missing: Sequence[str], subject: Subject) -> tuple[str, ...]:
        if not missing:
            return ()
        some = f"{len(missing)} of {_count(subject)}"
        return (f"{self._model.name!r} gave no answer that can be read about {some}, also when asked again",)


@lru_cache(maxsize=64)
def _build_schema(category_ids: tuple[str, ...]) -> dict[str, JsonValue]:
    return build_reply_schema(category_ids)


def _count(subject: Subject) -> str:
    count = len(subject.categories)
    return f"{count} categories" if count != 1 else f"the category {subject.ids[0]!r}"


def _join(first: Heard, second: Heard) -> Heard:
    """What both replies say together: a cut reply may hold half a verdict, of which the second gives the rest."""
    claims = dict(first.claims)
    for id_, more in second.claims.items():
        claims[id_] = join_claims([claims[id_], more]) if id_ in claims else more
    return Heard(claims=claims, made_up=(*first.made_up, *second.made_up))
