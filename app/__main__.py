"""Owns `python -m app`: the command line."""

from app.cli.program import run


def main() -> None:
    """Run the command that was asked for and exit with its code."""
    run()


if __name__ == "__main__":
    main()
