"""``graphnet run``: run a program that imports torch, with graphnet in torch's place."""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import graphnet
from graphnet.cli.failure import CommandError
from graphnet.cli.interrupt import INTERRUPTED
from graphnet.compat import install
from graphnet.compat.program import Program, ProgramError, folder_of_script, set_search_path
from graphnet.compat.substitution import Substitution

_OWN_FOLDER = str(Path(graphnet.__file__).parent)


def add_parser(commands: Any) -> None:
    """Describe the options."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "run",
        help="run a program that imports torch",
        usage="%(prog)s [-h] [--stats] [-p REGEX=REPLACEMENT] (script.py | -m module) [args ...]",
        description="Run a program as python would, with torch and torchvision bound to graphnet.",
    )
    option = parser.add_argument
    option("--stats", action="store_true", help="end with what was recorded, compiled and run")
    option(
        "-p",
        dest="substitutions",
        metavar="REGEX=REPLACEMENT",
        type=_substitution,
        action="append",
        default=[],
        help=r"replace in the text of the program before it runs; write \= for = in the "
        "expression; may be given more than once",
    )
    # What follows is the program's own, options included.
    option("-m", dest="module", nargs=argparse.REMAINDER, help="a module to run, as python -m does")
    option("script", nargs=argparse.REMAINDER, help="a file to run, and the program's arguments")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the program; the exit code, unless the program ends itself by ``sys.exit``."""
    words = options.module or options.script
    if not words:
        raise CommandError("give a script, or a module after -m")
    install()
    try:
        if options.module:
            set_search_path(str(Path.cwd()))
            program = Program.from_module(words[0])
            sys.argv = [program.file, *words[1:]]
        else:
            program = Program.from_file(words[0])
            set_search_path(folder_of_script(words[0]))
            sys.argv = words
        program = program.substitute(options.substitutions)
    except ProgramError as error:
        raise CommandError(str(error)) from error
    try:
        return _run(program)
    finally:
        if options.stats:
            print(graphnet.explain(), file=sys.stderr)


def _run(program: Program) -> int:
    """Run it; report what it does not catch as Python would: with the program's own lines."""
    try:
        program.run()
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001  # whatever it is, it ends the program
        error.__traceback__ = _below_the_runner(error.__traceback__)
        if sys.excepthook is sys.__excepthook__:
            # The built-in hook reads source lines from the files, whatever was substituted.
            traceback.print_exception(error)
        else:
            sys.excepthook(type(error), error, error.__traceback__)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _below_the_runner(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback that begins in the program."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        trace = trace.tb_next
    return trace


def _substitution(text: str) -> Substitution:
    try:
        return Substitution.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
