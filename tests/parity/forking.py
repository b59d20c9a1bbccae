"""A process that has loaded PyTorch, which takes longer than most programs do, and forks.

It reads requests, a JSON list in a line: the program and files for what it prints and for its
errors. A child runs the program in the folder of these files; its exit code is the answer.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path

import torch
import torch._dynamo  # every optimizer imports it


def run(program: str, output: str, errors: str) -> None:
    """Run a program as the main module of this process."""
    os.chdir(Path(output).parent)
    for stream, path in ((sys.stdout, output), (sys.stderr, errors)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, stream.fileno())
    sys.argv = [program]
    sys.path[0] = str(Path(program).parent)
    runpy.run_path(program, run_name="__main__")


def main() -> None:
    """Answer requests until there are no more."""
    torch.set_num_threads(1)
    for request in sys.stdin:
        child = os.fork()
        if child == 0:
            run(*json.loads(request))
            return
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
