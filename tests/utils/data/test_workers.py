"""The loader with workers: the same batches, errors that arrive, and nobody left behind."""

from __future__ import annotations

import gc
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphnet as torch
from graphnet.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, get_worker_info
from graphnet.utils.data.failure import Failure

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="test datasets are not importable by name"),
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]

SECONDS = 60  # far more than anything here takes


def loader(dataset: Any, **options: Any) -> DataLoader[Any]:
    options.setdefault("multiprocessing_context", "fork")
    options.setdefault("num_workers", 2)
    return DataLoader(dataset, **options)


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits to be noticed does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + SECONDS
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline, f"of {pids} some still run"
        time.sleep(0.01)


class Squares(Dataset[int]):
    """Raises, dies or sleeps at the indices it is told to."""

    def __init__(self, size: int, **at: int) -> None:
        self.size = size
        self.at = at

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> int:
        if self.at.get("error") == index:
            raise KeyError("no such sample")
        if self.at.get("exit") == index:
            os._exit(3)
        if self.at.get("kill") == index:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.at.get("sleep") == index:
            time.sleep(SECONDS)
        return index * index


class Shared(IterableDataset[int]):
    """A stream of which each worker gives every n-th; ``short`` workers end sooner."""

    def __init__(self, stop: int, share: bool = True) -> None:
        self.stop = stop
        self.share = share

    def __iter__(self) -> Iterator[int]:
        info = get_worker_info()
        if info is None or not self.share:
            return iter(range(self.stop))
        return iter(range(info.id, self.stop, info.num_workers))


def lists(batches: Any) -> list[Any]:
    return [batch.tolist() for batch in batches]


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("prefetch", [1, 4])
def test_the_same_batches_in_the_same_order(workers: int, prefetch: int) -> None:
    made = lists(loader(Squares(23), batch_size=4, num_workers=workers, prefetch_factor=prefetch))
    assert made == lists(DataLoader(Squares(23), batch_size=4))


def test_the_same_shuffle_as_without_workers() -> None:
    def order(**options: Any) -> list[Any]:
        torch.manual_seed(11)
        return lists(DataLoader(Squares(20), batch_size=3, shuffle=True, **options))

    assert order(num_workers=2, multiprocessing_context="fork") == order()


def test_tensors_come_back_writable() -> None:
    data = TensorDataset(torch.arange(6.0).reshape(3, 2), torch.arange(3))
    for x, y in loader(data, batch_size=2, collate_fn=list_of_pairs):
        x += 1
        assert x.tolist() == [[2 * k + 1.0, 2 * k + 2.0] for k in y.tolist()]


def list_of_pairs(samples: list[Any]) -> Any:
    """Computes in the worker, so that what is sent has been recorded there."""
    return torch.stack([x for x, _ in samples]) * 1, torch.stack([y for _, y in samples])


def test_out_of_order_gives_the_same_set() -> None:
    made = lists(loader(Squares(20), batch_size=3, in_order=False))
    assert sorted(made) == sorted(lists(DataLoader(Squares(20), batch_size=3)))


class TestStreams:
    def test_every_worker_gives_its_share(self) -> None:
        made = lists(loader(Shared(10), batch_size=2))
        assert sorted(i for batch in made for i in batch) == list(range(10))
        assert made[:2] == [[0, 2], [1, 3]]

    def test_workers_that_end_sooner_drop_out(self) -> None:
        made = lists(loader(Shared(7), batch_size=1, num_workers=3))
        assert sorted(i for batch in made for i in batch) == list(range(7))

    def test_whole_copies_when_not_shared(self) -> None:
        assert sorted(loader(Shared(3, share=False), batch_size=None)) == [0, 0, 1, 1, 2, 2]


class TestSeeds:
    def test_each_worker_draws_differently_and_repeatably(self) -> None:
        def draws() -> list[Any]:
            torch.manual_seed(2)
            return list(loader(Draws(), batch_size=None))

        first = draws()
        assert first == draws()
        assert len({tuple(sample) for sample in first}) == len(first)

    def test_worker_info(self) -> None:
        infos = list(loader(Infos(), batch_size=None))
        assert [info[:2] for info in infos] == [[0, 2], [1, 2]]
        assert infos[1][2] - infos[0][2] == 1
        assert all(info[3] for info in infos)
        assert get_worker_info() is None

    def test_init_function_runs_after_seeding(self) -> None:
        made = list(loader(Environment(), batch_size=None, worker_init_fn=set_environment))
        assert made == ["worker 0", "worker 1"]
        assert "GRAPHNET_TEST_WORKER" not in os.environ


class Draws(Dataset[Any]):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> Any:
        return torch.rand(1).item(), random.random(), float(np.random.rand())


class Infos(Dataset[Any]):
    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Any:
        info = get_worker_info()
        assert info is not None
        return info.id, info.num_workers, info.seed, info.dataset is self


class Environment(Dataset[str]):
    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> str:
        return os.environ["GRAPHNET_TEST_WORKER"]


def set_environment(worker: int) -> None:
    os.environ["GRAPHNET_TEST_WORKER"] = f"worker {worker}"


class TestErrors:
    def test_arrive_with_the_worker_s_traceback(self) -> None:
        with pytest.raises(KeyError) as caught:
            lists(loader(Squares(10, error=5), batch_size=2))
        message = str(caught.value)
        assert message.startswith("Caught KeyError in DataLoader worker process 0.\nOriginal Trace")
        assert "in __getitem__" in message
        assert "KeyError: 'no such sample'" in message

    def test_do_not_end_the_iteration(self) -> None:
        batches = iter(loader(Squares(6, error=2), batch_size=2))
        assert next(batches).tolist() == [0, 1]
        with pytest.raises(KeyError):
            next(batches)
        assert next(batches).tolist() == [16, 25]

    def test_of_the_init_function(self) -> None:
        with pytest.raises(
            ZeroDivisionError, match="Caught ZeroDivisionError in DataLoader worker"
        ):
            lists(loader(Squares(4), worker_init_fn=divide_by))

    def test_of_the_start_of_a_stream(self) -> None:
        with pytest.raises(OSError, match="the stream is closed"):
            lists(loader(Broken(), batch_size=2))

    def test_of_results_that_cannot_be_sent(self) -> None:
        with pytest.raises(Exception, match=r"Caught .* in DataLoader worker process"):
            list(loader(Squares(4), collate_fn=unsendable))

    def test_of_types_that_want_other_arguments(self) -> None:
        failure = Failure.of(UnicodeDecodeError("utf-8", b"x", 0, 1, "why"), "here")
        with pytest.raises(RuntimeError, match="Caught UnicodeDecodeError here"):
            failure.reraise()

    def test_of_types_only_the_worker_knows(self) -> None:
        class LocalError(Exception):
            pass

        with pytest.raises(RuntimeError, match="LocalError: why"):
            Failure.of(LocalError("why"), "here").reraise()

    def test_a_worker_that_exits(self) -> None:
        with pytest.raises(
            RuntimeError, match=r"\(pid\(s\) \d+\) exited unexpectedly: .* code is 3"
        ):
            lists(loader(Squares(10, exit=4), batch_size=2))

    def test_a_worker_that_is_killed(self) -> None:
        with pytest.raises(RuntimeError, match="exited unexpectedly: it was killed by SIGKILL"):
            lists(loader(Squares(10, kill=0), batch_size=2))

    def test_a_worker_that_hangs(self) -> None:
        slow = iter(loader(Squares(10, sleep=2), batch_size=2, timeout=0.2))
        next(slow)
        pids = slow._pool.pids  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError, match=r"timed out after 0\.2 seconds"):
            next(slow)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)  # rather than wait until it is told to stop

    def test_prefetching_nothing(self) -> None:
        with pytest.raises(AssertionError, match="prefetch_factor must be greater than 0"):
            iter(loader(Squares(4), prefetch_factor=0))


def divide_by(worker: int) -> None:
    1 / worker
    1 / (worker - 1)


def unsendable(batch: Any) -> Any:
    return lambda: batch


class Broken(IterableDataset[int]):
    def __iter__(self) -> Iterator[int]:
        raise OSError("the stream is closed")


class TestNobodyIsLeft:
    def test_after_the_last_batch(self) -> None:
        batches = iter(loader(Squares(8), batch_size=2))
        pids = batches._pool.pids  # type: ignore[attr-defined]
        assert all(alive(pid) for pid in pids)
        lists(batches)
        wait_until_gone(pids)

    def test_after_an_early_break(self) -> None:
        batches = iter(loader(Squares(1000), batch_size=2))
        pids = batches._pool.pids  # type: ignore[attr-defined]
        for _ in batches:
            break
        del batches
        gc.collect()
        wait_until_gone(pids)

    def test_after_an_error(self) -> None:
        batches = iter(loader(Squares(1000, error=0), batch_size=2))
        pids = batches._pool.pids  # type: ignore[attr-defined]
        with pytest.raises(KeyError):
            next(batches)
        del batches
        gc.collect()
        wait_until_gone(pids)

    def test_with_batches_too_large_for_a_pipe_unread(self) -> None:
        batches = iter(loader(Large(), batch_size=2, prefetch_factor=3))
        pids = batches._pool.pids  # type: ignore[attr-defined]
        next(batches)
        del batches
        gc.collect()
        wait_until_gone(pids)

    def test_index_lists_too_large_for_a_pipe(self) -> None:
        (batch,) = loader(Squares(50_000), batch_size=50_000)
        assert batch.shape[0] == 50_000

    def test_when_the_program_ends_or_dies(self, tmp_path: Path) -> None:
        for ending in ("", "os.kill(os.getpid(), signal.SIGKILL)", "raise KeyboardInterrupt"):
            program = f"""
                import os, signal
                from graphnet.utils.data import DataLoader
                loader = DataLoader(range(1000), num_workers=2, multiprocessing_context="fork")
                batches = iter(loader)
                next(batches)
                print(*batches._pool.pids, flush=True)
                {ending}
            """
            done = run_program(tmp_path, program)
            pids = [int(pid) for pid in done.stdout.split()]
            assert len(pids) == 2, done.stderr
            wait_until_gone(pids)

    def test_ctrl_c_reaches_the_program_only(self, tmp_path: Path) -> None:
        program = """
            import os, signal
            from graphnet.utils.data import DataLoader
            # A shell that runs the tests in the background has told them to ignore it.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            loader = DataLoader(range(1000), num_workers=2, multiprocessing_context="fork")
            batches = iter(loader)
            print(*batches._pool.pids, flush=True)
            try:
                for batch in batches:
                    if batch.item() == 5:
                        os.killpg(0, signal.SIGINT)
            except KeyboardInterrupt:
                print("interrupted", next(batches).item() > 5)
        """
        done = run_program(tmp_path, program)
        pids, said = done.stdout.splitlines()
        assert (said, done.stderr) == ("interrupted True", "")
        wait_until_gone([int(pid) for pid in pids.split()])


class Large(Dataset[Any]):
    def __len__(self) -> int:
        return 100

    def __getitem__(self, index: int) -> Any:
        return np.zeros(100_000)


def run_program(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    path = folder / "program.py"
    path.write_text(textwrap.dedent(text))
    paths = [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )


class TestPersistentWorkers:
    def test_are_the_same_processes(self) -> None:
        kept = loader(Squares(7), batch_size=2, persistent_workers=True)
        first = lists(kept)
        pids = iter(kept)._pool.pids  # type: ignore[attr-defined]
        assert lists(kept) == first == lists(DataLoader(Squares(7), batch_size=2))
        assert iter(kept)._pool.pids == pids  # type: ignore[attr-defined]
        del kept
        gc.collect()
        wait_until_gone(pids)

    def test_start_again_after_a_break(self) -> None:
        kept = loader(Squares(40), batch_size=2, persistent_workers=True)
        for batch in kept:
            assert batch.tolist() == [0, 1]
            break
        assert lists(kept) == lists(DataLoader(Squares(40), batch_size=2))

    def test_start_streams_again(self) -> None:
        kept = loader(Shared(5), batch_size=2, persistent_workers=True)
        assert lists(kept) == lists(kept) == [[0, 2], [1, 3], [4]]

    def test_shuffle_anew(self) -> None:
        kept = loader(Squares(30), batch_size=30, shuffle=True, persistent_workers=True)
        assert lists(kept) != lists(kept)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_other_ways_to_start(tmp_path: Path, method: str) -> None:
    program = f"""
        import graphnet as torch
        from graphnet.utils.data import DataLoader, TensorDataset

        if __name__ == "__main__":
            data = TensorDataset(torch.arange(10.0) * 2, torch.arange(10))
            batches = DataLoader(
                data, batch_size=4, num_workers=2, multiprocessing_context="{method}"
            )
            for x, y in batches:
                print(x.tolist(), y.tolist())
    """
    done = run_program(tmp_path, program)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "[0.0, 2.0, 4.0, 6.0] [0, 1, 2, 3]",
        "[8.0, 10.0, 12.0, 14.0] [4, 5, 6, 7]",
        "[16.0, 18.0] [8, 9]",
    ]
