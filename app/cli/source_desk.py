"""Owns what the commands about sources do, over the store that the settings name."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, get_args

from pydantic import SecretStr

from app.bootstrap.sourcing import check_source
from app.bootstrap.store_place import find_database_url
from app.cli.source_secrets import find_secret, make_secret
from app.cli.source_terms import Terms, agree
from app.cli.told_source import ToldSource
from app.domain.delivery import Delivery, DeliveryState
from app.domain.source import Secret, Source, Use
from app.domain.value import Value
from app.errors import BadInput, NotKept
from app.jobs.deliveries.reopening import work_again
from app.settings import Settings
from app.store.callbacks import Callback, list_callbacks, send_again
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import list_deliveries, load_delivery
from app.store.due_deliveries import have_source_go_on
from app.store.opening import open_database
from app.store.sources import (
    drop_secret,
    drop_source,
    find_source,
    keep_secret,
    keep_source,
    list_secrets,
    list_sources,
    load_source,
)

COUNTED: Final = 100
KEEP_HOURS: Final[dict[Use, float]] = {"verify": 24.0, "write": 0.0, "callback": 24.0}
"""How long an old secret counts on: whoever sends or reads webhooks cannot change theirs in the same moment."""


class Given(Value):
    """A source as it is now, and the secrets that were made for it, by their use: they are shown this once."""

    told: ToldSource
    made: dict[Use, SecretStr]


def add_source(settings: Settings, source: Source) -> Given:
    """Keep a new source with the secret that its webhooks are verified by.

    Raises:
        BadInput: it cannot be used, there is one of that name, or no secret is given.
    """
    check_source(source)
    with _opened(settings) as database:
        database.read_now(partial(_refuse_known, name=source.name))
        made: dict[Use, SecretStr] = {}
        secret, is_made = find_secret(source, "verify", settings)
        secrets = [_build(source, "verify", secret)]
        if is_made:
            made["verify"] = secret
        if source.callback is not None:
            made["callback"] = make_secret()
            secrets.append(_build(source, "callback", made["callback"]))

        def work(c: Connection) -> ToldSource:
            _refuse_known(c, source.name)
            keep_source(c, source)
            for each in secrets:
                keep_secret(c, each)
            return _tell(c, source, settings)

        return Given(told=database.write_now(work), made=made)


def change_source(settings: Settings, name: str, terms: Terms) -> Given:
    """Change what the terms say of a source; one that gets its first callback gets a secret for it.

    What waits of it is tried at once: a larger budget or another address may be what it waits for.

    Raises:
        BadInput: there is no such source, or it cannot be used that way.
    """

    def work(c: Connection) -> Given:
        source = agree(load_source(c, name), terms)
        check_source(source)
        keep_source(c, source)
        have_source_go_on(c, name)
        made: dict[Use, SecretStr] = {}
        if source.callback is not None and not list_secrets(c, name, "callback", _now()):
            made["callback"] = make_secret()
            keep_secret(c, _build(source, "callback", made["callback"]))
        return Given(told=_tell(c, source, settings), made=made)

    with _opened(settings) as database:
        return database.write_now(work)


def rotate_secret(settings: Settings, name: str, use: Use, keep_hours: float | None) -> Given:
    """Give a source a new secret for a use; what counted before counts on for so many hours.

    Raises:
        BadInput: there is no such source, or no secret is given.
    """
    with _opened(settings) as database:
        source = database.read_now(partial(load_source, name=name))
        value, is_made = find_secret(source, use, settings)
        secret = _build(source, use, value)
        until = secret.added_at + timedelta(hours=KEEP_HOURS[use] if keep_hours is None else keep_hours)

        def work(c: Connection) -> ToldSource:
            for old in list_secrets(c, name, use, secret.added_at):
                _limit(c, old, until, secret.added_at)
            keep_secret(c, secret)
            return _tell(c, source, settings)

        return Given(told=database.write_now(work), made={use: value} if is_made else {})


def count_waiting(settings: Settings, name: str) -> str:
    """How many deliveries of a source wait, as a number or the least that it can be.

    Raises:
        BadInput: there is no such source.
    """

    def work(c: Connection) -> str:
        load_source(c, name)
        count = len(list_deliveries(c, source=name, state="waiting", limit=COUNTED, with_events=False))
        return f"{count:,}" if count < COUNTED else f"{count:,} or more"

    with _opened(settings) as database:
        return database.read_now(work)


def remove_source(settings: Settings, name: str) -> None:
    """Forget a source and its secrets; what waits is parked by whoever comes to it."""
    with _opened(settings) as database:
        database.write_now(lambda c: drop_source(c, name))


def tell_source(settings: Settings, name: str) -> ToldSource:
    """One source, without its secrets."""
    with _opened(settings) as database:
        return database.read_now(lambda c: _tell(c, load_source(c, name), settings))


def tell_sources(settings: Settings) -> list[ToldSource]:
    """All sources by name."""
    with _opened(settings) as database:
        return database.read_now(lambda c: [_tell(c, source, settings) for source in list_sources(c)])


def find_deliveries(settings: Settings, name: str, state: DeliveryState | None, limit: int) -> list[Delivery]:
    """The newest deliveries of a source; one that was removed since may still have some."""

    def work(c: Connection) -> list[Delivery]:
        found = list_deliveries(c, source=name, state=state, limit=limit, with_events=False)
        if not found:
            load_source(c, name)
        return found

    with _opened(settings) as database:
        return database.read_now(work)


def work_on_again(settings: Settings, name: str, delivery_id: str) -> None:
    """Have a delivery of a source worked on now that is parked or waits for another try.

    Raises:
        BadInput: the source has no such delivery, or it is worked on or done.
    """

    def work(c: Connection) -> None:
        if load_delivery(c, delivery_id).source != name:
            raise NotKept(f"The delivery {delivery_id!r} is not of source {name!r}.")
        work_again(c, delivery_id)

    with _opened(settings) as database:
        database.write_now(work)


def find_callbacks(settings: Settings, name: str, limit: int) -> list[Callback]:
    """The newest callbacks of a source."""

    def work(c: Connection) -> list[Callback]:
        load_source(c, name)
        return list_callbacks(c, name, limit=limit)

    with _opened(settings) as database:
        return database.read_now(work)


def send_callback_again(settings: Settings, name: str, callback_id: str) -> None:
    """Have a callback of a source sent now that was given up, or waits for another try.

    Raises:
        BadInput: the source has none of that id that is still to be taken.
    """

    def work(c: Connection) -> None:
        if send_again(c, callback_id, _now()).source != name:
            raise NotKept(f"The callback {callback_id!r} is not of source {name!r}.")

    with _opened(settings) as database:
        database.write_now(work)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = open_database(find_database_url(settings), makes_folder=settings.database_url is None)
    try:
        yield database
    finally:
        database.close()


def _refuse_known(c: Connection, name: str) -> None:
    if find_source(c, name) is not None:
        raise BadInput(
            f"There is a source {name!r} already. `scopenote sources change {name}` changes it, "
            f"`scopenote sources rotate {name}` its secret; or choose another name."
        )


def _tell(c: Connection, source: Source, settings: Settings) -> ToldSource:
    now = _now()
    secrets = [secret for use in get_args(Use) for secret in list_secrets(c, source.name, use, now)]
    return ToldSource.of(source, secrets, settings)


def _limit(c: Connection, old: Secret, until: datetime, now: datetime) -> None:
    """Let an old secret count no longer than that."""
    drop_secret(c, old.id)
    end = until if old.until is None else min(until, old.until)
    if end > now:
        keep_secret(c, old.model_copy(update={"until": end}))


def _build(source: Source, use: Use, value: SecretStr) -> Secret:
    return Secret(id=uuid.uuid4().hex, source=source.name, use=use, value=value, added_at=_now())


def _now() -> datetime:
    return datetime.now(UTC)
