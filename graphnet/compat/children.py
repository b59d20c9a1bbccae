"""Child processes: what :mod:`multiprocessing` starts anew gets the import hook as well.

A forked child has it from its parent. One that is spawned begins with an unpickled dictionary of
preparation data, before it imports the main module; what unpickling that dictionary calls is the
first thing that happens in it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing import spawn
from pathlib import Path
from typing import Any

# The child imports graphnet from where its parent has it, which need not be on its path yet.
_INSTALL = """
import sys
sys.path.insert(0, {folder!r})
try:
    from graphnet.compat import install
finally:
    sys.path.remove({folder!r})
install()
"""

_prepare: Callable[[str], dict[str, Any]] = spawn.get_preparation_data


class _Install:
    """Installs the hook where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        folder = str(Path(__file__).parents[2])
        return exec, (_INSTALL.format(folder=folder),)


def _prepare_with_hook(name: str) -> dict[str, Any]:
    """Preparation data, with an entry that nobody reads."""
    return {"graphnet": _Install(), **_prepare(name)}


def inherit(wanted: bool) -> None:
    """Say whether processes that are started from now on get the hook."""
    prepare = _prepare_with_hook if wanted else _prepare
    spawn.get_preparation_data = prepare  # type: ignore[assignment]  # there is no other way in
    # A fork server that imports the main module by itself does so before anybody prepares it.
    multiprocessing.set_forkserver_preload([] if wanted else ["__main__"])
