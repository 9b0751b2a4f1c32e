"""The same trouble is told once in a while, with how often it came up."""

from app.jobs.repeats import Repeats


class Clock:
    """A timer that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_trouble_is_told_once_until_the_silence_is_over_and_then_with_its_count() -> None:
    clock = Clock()
    repeats = Repeats(clock, silence_s=600.0)
    assert [repeats.take("a") for _ in range(4)] == [0, None, None, None]
    clock.now_s = 599.9
    assert repeats.take("a") is None
    clock.now_s = 600.0
    assert [repeats.take("a"), repeats.take("a")] == [4, None]


def test_each_trouble_is_told_for_itself() -> None:
    repeats = Repeats(Clock())
    assert [repeats.take(trouble) for trouble in ("a", "b", "a", "b")] == [0, 0, None, None]


def test_so_many_troubles_at_once_are_a_flood_that_is_neither_told_nor_remembered() -> None:
    clock = Clock()
    repeats = Repeats(clock, silence_s=600.0, most=3)
    assert [repeats.take(str(number)) for number in range(5)] == [0, 0, 0, None, None]
    clock.now_s = 600.0
    assert [repeats.take(str(number)) for number in range(5)] == [0, 0, 0, None, None]
    clock.now_s = 1_200.0
    assert [repeats.take(trouble) for trouble in ("x", "y", "z", "0")] == [0, 0, 0, None]
