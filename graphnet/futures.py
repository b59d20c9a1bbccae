"""Results that are still to come: ``torch.futures``.

A future here is completed by whoever makes its result; nothing runs in the background.

Source: PyTorch's page ``torch.futures``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from graphnet.functions.arguments import RefusedError

__all__ = ["Future", "collect_all", "wait_all"]

T = TypeVar("T")


class Future(Generic[T]):
    """A result to come, to wait for, or to go on from.

    >>> from graphnet.futures import Future
    >>> future = Future()
    >>> doubled = future.then(lambda done: done.wait() * 2)
    >>> future.set_result(21)
    >>> doubled.wait()
    42
    """

    def __init__(self, *, devices: Any = None) -> None:
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[Future[T]], Any]] = []
        self._result: Any = None
        self._error: BaseException | None = None

    def done(self) -> bool:
        """Whether there is a result, or an error."""
        return self._done.is_set()

    def wait(self) -> T:
        """The result, once it is there. Raises the error, if it came to one."""
        self._done.wait()
        return self.value()

    def value(self) -> T:
        """The result.

        Raises:
            RefusedError: (a RuntimeError) it is not there yet.
        """
        if not self.done():
            raise RefusedError("value() called on a future that has not completed")
        if self._error is not None:
            raise self._error
        result: T = self._result
        return result

    def set_result(self, result: T) -> None:
        """Complete it.

        Raises:
            RefusedError: (a RuntimeError) it was completed before.
        """
        self._complete(result, None)

    def set_exception(self, result: BaseException) -> None:
        """Complete it with an error, which whoever waits gets."""
        self._complete(None, result)

    def _complete(self, result: Any, error: BaseException | None) -> None:
        with self._lock:
            if self.done():
                raise RefusedError("Attempting to mark a completed Future as complete again")
            self._result, self._error = result, error
            self._done.set()
        for callback in self._callbacks:
            callback(self)

    def add_done_callback(self, callback: Callable[[Future[T]], Any]) -> None:
        """Call a function with this future once it is completed: now, if it is."""
        with self._lock:
            if not self.done():
                self._callbacks.append(callback)
                return
        callback(self)

    def then(self, callback: Callable[[Future[T]], Any]) -> Future[Any]:
        """The future of what a function makes of this one once it is completed."""
        following: Future[Any] = Future()

        def go_on(done: Future[T]) -> None:
            try:
                following.set_result(callback(done))
            except Exception as error:  # noqa: BLE001  # whoever waits gets it
                following.set_exception(error)

        self.add_done_callback(go_on)
        return following


def collect_all(futures: Sequence[Future[Any]]) -> Future[list[Future[Any]]]:
    """The future of all of them, completed once the last one is."""
    all_done: Future[list[Future[Any]]] = Future()
    waiting = [len(futures)]
    lock = threading.Lock()

    def count(_: Future[Any]) -> None:
        with lock:
            waiting[0] -= 1
            last = not waiting[0]
        if last:
            all_done.set_result(list(futures))

    if not futures:
        all_done.set_result([])
    for future in futures:
        future.add_done_callback(count)
    return all_done


def wait_all(futures: Sequence[Future[Any]]) -> list[Any]:
    """The results of all of them. Raises the first error that there is."""
    return [future.wait() for future in collect_all(futures).wait()]
