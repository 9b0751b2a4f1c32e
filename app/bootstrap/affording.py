"""Owns telling early that a budget pays for nothing, before requests wait for it in vain."""

from app.domain.money import write_usd
from app.judges.sizing import MOST_PER_VERDICT, REPLY_FRAME, TURNS
from app.llm.rehearsal import MODEL as REHEARSAL
from app.llm.server.hosts import OPENAI_URL
from app.llm.spending.prices import load_prices
from app.prompting.estimating import estimate
from app.settings import Settings


def warn_too_little(settings: Settings, most_usd: float | None) -> str | None:
    """Why a day's budget of so much would never let anything through, as far as the settings here can tell.

    None: it may, or there is no budget, or no LLM that costs money. The real requests are larger, by
    the definitions and the article.

    Raises:
        BadFile: the price list or a prompt cannot be read.
    """
    if most_usd is None or not settings.asks_llm or settings.model == REHEARSAL:
        return None
    from app.prompting.composing import Composer  # noqa: PLC0415 - few commands need its templates

    price = load_prices(settings.prices).find(settings.model, settings.openai_base_url or OPENAI_URL)
    if price is None:
        return (
            f"A budget in USD cannot be kept, because the price of model {settings.model!r} is not known, so that "
            "nothing would be asked. Name the price in a file and the file in SCOPENOTE_PRICES."
        )
    instructions = Composer(settings.prompts, secret=b"only its length counts").instructions
    least_usd = price.compute_most(estimate(instructions) + TURNS, REPLY_FRAME + MOST_PER_VERDICT)
    if most_usd >= least_usd:
        return None
    return (
        f"A budget of {write_usd(most_usd)} USD is less than any one request to {settings.model} may cost "
        f"({least_usd:.6f} USD before definitions and article), so that nothing would be asked. Give it more."
    )
