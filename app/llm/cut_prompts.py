"""Owns noticing that a server read only a part of the prompt and did not say so."""

CUT_BELOW = 0.6
"""Of what was expected: tokenisers differ less than this, and servers that cut cut more."""
TOO_SHORT = 200
"""Estimated tokens up to which nothing is concluded: what a server adds of its own weighs too much."""
WEIGHT = 0.2
ALIKE = 0.1
MOST_RATIO = 2.0
"""No tokeniser takes more than about twice ours; an odd report must not make every question look dear."""


class CutPrompts:
    """Compares the input tokens that one server and model reports with our estimates.

    `ratio` is the first over the second, learnt from what was read whole. Two suspicious
    replies to prompts of different lengths that report the same part of them were not cut, since a cut comes
    at a fixed length: this model's tokens are just longer than our estimate has it.
    """

    def __init__(self) -> None:
        self.ratio = 1.0
        self._suspect: tuple[int, float] | None = None

    def find_cut(self, estimated: int, reported: int) -> bool:
        """Whether a prompt was cut; a server that reports no tokens tells nothing."""
        if estimated <= TOO_SHORT or reported == 0:
            return False
        part = reported / estimated
        # What is longer than estimated must not make honest prompts look cut.
        if part >= CUT_BELOW * min(1.0, self.ratio):
            self.ratio += WEIGHT * (min(part, MOST_RATIO) - self.ratio)
            return False
        suspect, self._suspect = self._suspect, (estimated, part)
        if suspect is None or abs(estimated / suspect[0] - 1) < 2 * ALIKE or abs(part / suspect[1] - 1) > ALIKE:
            return True
        self.ratio = part
        return False
