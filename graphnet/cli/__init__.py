"""The command line: ``graphnet run`` and ``graphnet train``.

Every command is a module with ``add_parser(commands)``, which describes its options and says what
to call with them; to add one, write the module and list it in :data:`COMMANDS`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import graphnet
from graphnet.cli import run, train
from graphnet.cli.failure import CommandError
from graphnet.cli.interrupt import INTERRUPTED

COMMANDS = (run, train)

# 128 + the number of the signal that other programs are ended by.
BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: the words after ``graphnet``; those the program was started with if None.

    Returns:
        The exit code: 0, 2 for wrong input and for files that cannot be read or written, 130 after
        Ctrl-C, 141 when nobody reads the output any more.
    """
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except CommandError as error:
        print(f"graphnet {options.command}: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who read the output has gone, as `head` does. Python would complain again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="graphnet", description="PyTorch's API over a static graph, run by numpy."
    )
    parser.add_argument("--version", action="version", version=f"graphnet {graphnet.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for command in COMMANDS:
        command.add_parser(commands)
    return parser
