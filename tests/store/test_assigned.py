"""Which categories decisions assigned, on each database."""

from app.store.assigned import find_assigned
from app.store.connection import Connection
from tests.store.kept_values import assign, build, decide, keep

pytest_plugins = ("tests.store.transactions",)


def test_the_assigned_categories_are_found_best_first_and_no_others(connection: Connection) -> None:
    some = (assign("b", score=0.5), assign("c", "review"), assign("a", score=0.9), assign("d", "excluded"))
    for id_, assignments in (("x1", some), ("x2", (assign("a", "rejected"),)), ("x3", (assign("z"),))):
        keep(connection, decide(id_, *assignments, article=build(id_=id_)))
    assert find_assigned(connection, ["x1", "x2", "x1", "gone", "\x00"]) == {"x1": ("a", "b"), "x2": ()}
    assert find_assigned(connection, []) == {}
