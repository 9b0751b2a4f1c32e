"""Owns writing a file that is there as a whole or not at all."""

from collections.abc import AsyncIterator
from pathlib import Path

from app.errors import BadFile


async def write_whole(path: Path, pieces: AsyncIterator[str]) -> None:
    """Write pieces of text to a file beside its place first, and put it there when all of it is written.

    Raises:
        BadFile: it cannot be written; what was there is there still.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            async for piece in pieces:
                file.write(piece)
        part.replace(path)
    except OSError as error:
        problem = f"cannot be written: {error.strerror or error}"
        raise BadFile(path, problem, "Name a file in a folder in which you may write.") from error
    finally:
        part.unlink(missing_ok=True)
