"""One side of a comparison: a fresh process that runs one framework, and answers."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[1]

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
# With these, somebody who tries things out makes OpenBLAS take other kernels than it would.
OVERRIDES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
TIMEOUT = 600.0


class SideError(Exception):
    """A side could not do what it was asked: its error in a line."""


class Side:
    """A worker process; commands are the methods of :class:`benchmarks.worker.Worker`.

    Args:
        threads: how many threads its libraries may start.
        command: the program to run instead of the worker.
        variables: more for its environment.
    """

    def __init__(
        self,
        threads: int,
        command: Sequence[str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.threads = threads
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "benchmarks.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=environment_of(threads) | dict(variables or {}),
        )

    def ask(self, do: str, **arguments: Any) -> Any:
        """Send a command, wait for the answer.

        Raises:
            SideError: the answer is an error, the process ended, or it takes longer than TIMEOUT.
        """
        commands, replies = self.process.stdin, self.process.stdout
        assert commands is not None  # both are pipes
        assert replies is not None
        try:
            commands.write(json.dumps({"do": do, **arguments}) + "\n")
            commands.flush()
        except BrokenPipeError:
            raise self._ended() from None
        if not select.select([replies], [], [], TIMEOUT)[0]:
            self.process.kill()
            raise SideError(f"no answer within {TIMEOUT:.0f} s")
        line = replies.readline()
        if not line:
            raise self._ended()
        reply = json.loads(line)
        if "error" in reply:
            raise SideError(reply["error"])
        return reply["value"]

    def _ended(self) -> SideError:
        return SideError(f"the process ended with code {self.process.wait()}")

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def environment_of(threads: int) -> dict[str, str]:
    """The environment of a worker: this one's, with as many threads as it may use."""
    variables = {name: value for name, value in os.environ.items() if name not in OVERRIDES}
    return variables | dict.fromkeys(THREAD_VARIABLES, str(threads))
