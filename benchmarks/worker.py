"""A process that runs one framework: it reads commands, a line of JSON each, and answers so.

Started by :class:`benchmarks.side.Side`. It imports one framework only, and its numbers of threads
are in its environment from the start. What programs print goes to stderr.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import IO, Any

from benchmarks.resident import peak_bytes, reset_peak, resident_bytes

now = time.perf_counter


class Worker:
    """Answers the commands; each is a method, its arguments are the fields of the line."""

    def __init__(self) -> None:
        self.framework: Any = None
        self.program: Any = None
        self.counter: Any = None
        self.imported_bytes = 0

    def load(self, framework: str, threads: int) -> dict[str, Any]:
        """Import a framework; how long that took, and what it brought."""
        from benchmarks.frameworks import FRAMEWORKS

        self.framework = FRAMEWORKS[framework]()
        began = now()
        version = self.framework.load(threads)
        seconds = now() - began
        reset_peak()
        self.imported_bytes = resident_bytes()
        return {"version": version, "seconds": seconds}

    def build(self, workload: str, options: dict[str, Any]) -> None:
        """Build a workload."""
        self.program = self.framework.build(workload, options)

    def configure(self, settings: dict[str, Any]) -> None:
        """Change settings of a framework that has some (``graphnet.config``)."""
        for name, value in settings.items():
            if hasattr(self.framework.module, "config"):
                setattr(self.framework.module.config, name, value)

    def first(self, steps: int, path: str | None = None) -> list[float]:
        """Run the first steps one by one, and look at each.

        What they returned, the gradients after the first, which graphnet interprets, and after the
        last, which it has compiled, and the model's output at the end are written to ``path``.

        Returns:
            The seconds of each step.
        """
        seconds, seen = [], {}
        for number in range(1, steps + 1):
            began = now()
            results = self.program.step()
            self.framework.settle(self.program, results)
            seconds.append(now() - began)
            if path is None:
                continue
            for position, array in enumerate(self.framework.arrays(results)):
                seen[f"result {position} of step {number}"] = array.copy()
            if number in (1, steps):
                for name, array in self.framework.gradients(self.program).items():
                    seen[f"gradient of {name} in step {number}"] = array
        if path is not None:
            import numpy as np

            for position, array in enumerate(self.framework.output(self.program)):
                seen[f"output {position}"] = array
            np.savez(path, **seen)
        return seconds

    def run(self, steps: int) -> float:
        """Run steps, look at the end; the seconds that took.

        A step before them, which is not timed, brings back to the caches what the other side's
        turn has driven out. It is left out where one step is a whole block.
        """
        step, settle = self.program.step, self.framework.settle
        if steps > 1:
            settle(self.program, step())
        began = now()
        for _ in range(steps):
            results = step()
        settle(self.program, results)
        return now() - began

    def memory(self) -> dict[str, int]:
        """Bytes resident after the import, and at most since then."""
        return {"imported": self.imported_bytes, "peak": peak_bytes()}

    def libraries(self) -> dict[str, Any]:
        """The libraries that compute, and the kernels they chose."""
        from threadpoolctl import threadpool_info

        keys = ("user_api", "internal_api", "version", "architecture", "num_threads")
        loaded = [{key: each.get(key) for key in keys} for each in threadpool_info()]
        return {"loaded": loaded, "built_in": self.framework.libraries()}

    def count_products(self) -> None:
        """From now on, count numpy's matrix products; must come before :meth:`load`."""
        from benchmarks.products import ProductCounter

        self.counter = ProductCounter()
        self.counter.install()

    def take_apart(self, seconds: float) -> dict[str, Any]:
        """Where the time of a step goes: see :mod:`benchmarks.shares`."""
        from benchmarks.shares import take_apart

        return take_apart(self.run, self.counter, seconds)

    def overhead(self) -> list[dict[str, Any]]:
        """What graphnet adds to numpy: see :mod:`benchmarks.overhead`."""
        from benchmarks.overhead import figures

        return figures(self.framework.module)


def serve(commands: IO[str], replies: IO[str], worker: Any) -> None:
    """Answer until there are no more commands.

    An error is an answer, too: its type and first line, and the whole of it.
    """
    for line in commands:
        command = json.loads(line)
        answer: Callable[..., Any] = getattr(worker, command.pop("do"))
        try:
            reply = {"value": answer(**command)}
        except Exception as error:  # noqa: BLE001  # a framework may fail in any way; that is a row
            text = f"{type(error).__name__}: {error}".strip().split("\n", maxsplit=1)[0]
            reply = {"error": text, "traceback": traceback.format_exc()}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def main() -> None:
    """Serve over stdin and what stdout was."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.stdin, replies, Worker())


if __name__ == "__main__":
    main()
