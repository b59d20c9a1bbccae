"""How much memory this process has and had resident, as Linux counts it."""

from __future__ import annotations

from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def resident_bytes() -> int:
    """What is resident now."""
    return _status("VmRSS")


def peak_bytes() -> int:
    """The most that was resident since the last :func:`reset_peak`."""
    return _status("VmHWM")


def reset_peak() -> None:
    """Forget what was resident before now, so that an import's own peak does not count."""
    _CLEAR.write_text("5")


def _status(field: str) -> int:
    for line in _STATUS.read_text("ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(f"{_STATUS} has no field {field}")
