"""Owns what a request would rather have: a page or JSON."""

from starlette.requests import Request


def prefers_html(request: Request) -> bool:
    """Whether the request would rather have a page than JSON, by its Accept header.

    Browsers name text/html first; programs name JSON, */* or nothing, and get JSON.
    """
    weights: dict[str, float] = {}
    for part in request.headers.get("accept", "").split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights.setdefault(media_type, _read_weight(parameters))
    html = weights.get("text/html", 0.0)
    return html > 0 and html >= weights.get("application/json", 0.0)


def _read_weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
