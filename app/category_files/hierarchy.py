"""Owns the broader and narrower links while they are gathered: no circle comes in."""


class Hierarchy:
    """Links from narrower to broader ids, in the order in which they were added."""

    def __init__(self) -> None:
        self._broader: dict[str, list[str]] = {}

    def add(self, narrower: str, broader: str) -> None:
        """Make one id broader than another; a second time changes nothing."""
        links = self._broader.setdefault(narrower, [])
        if broader not in links:
            links.append(broader)

    def get_broader(self, narrower: str) -> tuple[str, ...]:
        """The ids directly broader than one, as added."""
        return tuple(self._broader.get(narrower, ()))

    def find_circle(self, narrower: str, broader: str) -> tuple[str, ...] | None:
        """The circle that a link would close, from `narrower` back to it; None where it closes none."""
        paths: list[tuple[str, ...]] = [(narrower, broader)]
        seen = {broader}
        while paths:
            path = paths.pop()
            if path[-1] == narrower:
                return path
            for above in self._broader.get(path[-1], ()):
                if above not in seen:
                    seen.add(above)
                    paths.append((*path, above))
        return None
