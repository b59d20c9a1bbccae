"""Getting published files: from several sources in turn, checked, all or nothing."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graphnet.errors import GraphnetError
from graphnet.files import atomic_write

# A mirror that doesn't answer costs this much of the user's time before the next one is tried.
_TIMEOUT_SECONDS = 8.0
_CHUNK_BYTES = 1 << 16


class DownloadError(GraphnetError, RuntimeError):
    """Data that could not be had, or is not what was published."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of a dataset: its name and the MD5 of its contents (unpacked)."""

    name: str
    md5: str

    def check(self, contents: bytes, source: str) -> None:
        """Raises RuntimeError when these are not the published contents."""
        found = hashlib.md5(contents, usedforsecurity=False).hexdigest()
        if found != self.md5:
            raise DownloadError(
                f"{source}: {self.name} is not the published file: its MD5 is {found} "
                f"({len(contents)} bytes), it should be {self.md5}"
            )


class Source(Protocol):
    """Somewhere files can be had from."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def fetch(self, wanted: Sequence[PublishedFile]) -> Iterator[tuple[PublishedFile, bytes]]:
        """The wanted files one after the other. Raises RuntimeError when one can't be had."""
        ...


@dataclass(frozen=True, slots=True)
class Mirror:
    """A folder on the web that has each file gzipped, as ``<url><name>.gz``."""

    url: str

    @property
    def name(self) -> str:
        """The address."""
        return self.url

    def fetch(self, wanted: Sequence[PublishedFile]) -> Iterator[tuple[PublishedFile, bytes]]:
        """Download and unpack."""
        for file in wanted:
            packed = _download(f"{self.url}{file.name}.gz")
            try:
                yield file, gzip.decompress(packed)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise DownloadError(f"{file.name}.gz is damaged or not gzip: {error}") from error


@dataclass(frozen=True, slots=True)
class Archive:
    """A tar file on the web with all of the files in one folder, gzipped or not.

    The archive itself is not kept.
    """

    url: str
    folder: str

    @property
    def name(self) -> str:
        """The address."""
        return self.url

    def fetch(self, wanted: Sequence[PublishedFile]) -> Iterator[tuple[PublishedFile, bytes]]:
        """Download the archive and read the files out of it."""
        packed = _download(self.url)
        try:
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                for file in wanted:
                    member = archive.extractfile(f"{self.folder}/{file.name}")
                    if member is None:
                        raise DownloadError(f"{file.name} is not a file in the archive")
                    yield file, member.read()
        except (tarfile.TarError, EOFError, zlib.error, OSError, KeyError) as error:
            raise DownloadError(f"the archive is damaged or lacks a file: {error}") from error


def _download(url: str) -> bytes:
    """The contents of a file on the web. Raises RuntimeError when it can't be had."""
    import http.client
    import urllib.request

    from tqdm import tqdm

    name = url.rpartition("/")[2]
    chunks = []
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "graphnet"})
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
            size = response.headers.get("Content-Length")
            total = int(size) if size and size.isdigit() else None
            with tqdm(total=total, unit="B", unit_scale=True, desc=name, disable=None) as bar:
                while chunk := response.read(_CHUNK_BYTES):
                    chunks.append(chunk)
                    bar.update(len(chunk))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DownloadError(f"{name}: {getattr(error, 'reason', error)}") from error
    return b"".join(chunks)


def install(folder: str | Path, wanted: Iterable[PublishedFile], sources: Sequence[Source]) -> None:
    """Put the wanted files into a folder, from the first sources that have them.

    Nothing is written before every file is there and has the right MD5. Raises RuntimeError, with
    what each source had to say, when some can't be had, and OSError when the folder can't be
    written to.
    """
    target = Path(folder)
    _check_writable(target)
    missing = list(wanted)
    contents: dict[PublishedFile, bytes] = {}
    complaints = []
    for source in sources:
        if not missing:
            break
        try:
            for file, data in source.fetch(missing):
                file.check(data, source.name)
                contents[file] = data
        except DownloadError as error:
            complaints.append(f"  {source.name}: {error.problem}")
        missing = [file for file in missing if file not in contents]
    if missing:
        raise DownloadError(
            "\n".join(
                [f"cannot download {', '.join(file.name for file in missing)}; tried", *complaints]
            ),
            cure=f"check the network, or put the files into {target} yourself (gzipped or not)",
        )
    target.mkdir(parents=True, exist_ok=True)
    for file, data in contents.items():
        with atomic_write(target / file.name) as out:
            out.write(data)


def _check_writable(folder: Path) -> None:
    """Raises OSError now, not after minutes of downloading, when the folder can't be made."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not existing.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(existing))
    if not os.access(existing, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(existing))
