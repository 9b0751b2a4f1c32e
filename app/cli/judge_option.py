"""Owns the option that says who judges."""

from app.errors import BadInput
from app.settings import JudgeChoice


def choose_judge(named: str | None, otherwise: JudgeChoice) -> JudgeChoice:
    """The judge that --judge names, else what the settings say.

    Raises:
        BadInput: there is no such judge.
    """
    match named:
        case "auto" | "llm" | "local":
            return named
        case None:
            return otherwise
        case _:
            raise BadInput(f"--judge {named!r} is none of local, llm and auto.")
