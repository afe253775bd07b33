"""`python -m bot`, and the console script `unkink`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; its exit code is the program's."""
    from bot.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
