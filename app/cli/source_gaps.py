"""Owns what a source lacks before it does what it is set up for, each with the command that mends it."""

from collections.abc import Sequence

from app.bootstrap.affording import warn_too_little
from app.bootstrap.sourcing import warn_unbounded
from app.cms.opening import SITE_OPTIONS
from app.domain.source import Secret, Source, Use
from app.jobs.deliveries.options import allows_private
from app.jobs.deliveries.receivers import find_obstacle
from app.settings import Settings

_READ_BACK = frozenset({"github", "directus"})
"""Their webhooks do not carry the article, or not all of it."""


def list_gaps(source: Source, secrets: Sequence[Secret], settings: Settings) -> tuple[str, ...]:
    """What is missing, worst first; none where nothing is."""
    uses: set[Use] = {secret.use for secret in secrets}
    gaps = [*_list_of_webhooks(source, uses), *_list_of_site(source, uses), *_list_of_callback(source, uses, settings)]
    money = warn_unbounded(settings, source) or warn_too_little(settings, source.budget_day_usd)
    return (*gaps, money) if money else tuple(gaps)


def _list_of_webhooks(source: Source, uses: set[Use]) -> list[str]:
    if "verify" in uses:
        return []
    return [f"No webhook is taken, as no secret counts: `scopenote sources rotate {source.name}` gives one."]


def _list_of_site(source: Source, uses: set[Use]) -> list[str]:
    name, gaps = source.name, []
    change = f"`scopenote sources change {name}"
    writes = source.mode in {"draft", "apply"}
    if source.site is None and source.cms in _READ_BACK:
        gaps.append(f"Articles cannot be read back, which {source.cms} needs: {change} --site URL` names where from.")
    if writes and not any(source.fields.model_dump().values()):
        gaps.append(f"Mode {source.mode} writes tags, and no field is named for them: {change} --field tags=tags`.")
    if "write" not in uses and _takes_secret(source):
        remedy = f"`scopenote sources rotate {name} --use write`"
        if writes:
            gaps.append(f"Mode {source.mode} writes tags, and there is no secret to log in with: {remedy}.")
        elif source.cms == "ghost" and source.site is not None:
            gaps.append(f"Ghost does not list what changed without its Admin API key: {remedy}.")
    is_wordpress = source.cms in {"wordpress", "wp-webhooks"}
    if is_wordpress and (writes or "write" in uses) and not source.options.get("user"):
        gaps.append(f"WordPress wants the user that the application password is of: {change} --option user=USER`.")
    if source.cms == "wagtail" and source.site is not None and not source.options.get("page_types"):
        gaps.append(
            "What no webhook told of is not found, as Wagtail lists pages by their type: "
            f"{change} --option page_types=blog.ArticlePage`."
        )
    return gaps


def _list_of_callback(source: Source, uses: set[Use], settings: Settings) -> list[str]:
    name = source.name
    if source.callback is None:
        if source.mode != "suggest":
            return []
        return [f"Mode suggest tells a callback, and there is none: `scopenote sources change {name} --callback URL`."]
    gaps = []
    obstacle = find_obstacle(source.callback, allows_private=allows_private(source))
    if obstacle is not None:
        gaps.append(
            f"No callback arrives: {obstacle}. `scopenote sources change {name} --callback URL` names another place; "
            f"`scopenote sources change {name} --option callback_private=yes` lets them go to a private one."
        )
    if "callback" not in uses:
        gaps.append(f"No callback is sent, as none can be signed: `scopenote sources rotate {name} --use callback`.")
    if settings.public_url is None:
        gaps.append(
            "Callbacks name the decision but not its address: set SCOPENOTE_PUBLIC_URL where the service and its "
            "workers run."
        )
    return gaps


def _takes_secret(source: Source) -> bool:
    """Whether its site is logged in at with a secret of ours; ssh and folders have their own ways."""
    return source.cms in SITE_OPTIONS and (source.cms != "github" or (source.site or "").startswith("https://"))
