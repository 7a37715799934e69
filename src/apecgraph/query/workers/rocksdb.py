"""Verifies that the files of a store on disk are all there, which RocksDB itself does not.

If the end of the manifest or of a log is missing, or all of a log, RocksDB opens the store without
an error and with fewer data. The manifest lists the tables and the needed logs. Manifest and logs
have the same form: records with checksums, divided among blocks of 32 KiB
(https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from apecgraph.errors import StoreError
from apecgraph.files import read_file

LARGEST_LOG: Final = 1 << 30
"""Size of the largest manifest or log that is read, in bytes; RocksDB begins another one before."""

_MANIFEST: Final = re.compile("(MANIFEST-[0-9]+)\n")

_BLOCK: Final = 32 * 1024
_TYPE: Final = 6
"""Where the type is in the header of a record, after its checksum and its length."""

_HEADER: Final = 7
_LOG_HEADER: Final = 11
"""Sizes of the headers in a manifest and in a log, in bytes."""

_WHOLE, _FIRST, _LAST = 1, 2, 4
"""The types of a whole record, and of the first and the last part of a divided one."""

_FIRST_IN_LOG: Final = (5, 6)
"""The types of a whole record, and of the first part of a divided one, in a log."""

_IGNORABLE: Final = 1 << 13
"""The bit of the tags of those fields that a reader may ignore."""

_END: Final = 1
"""The tag after the last field of a table."""

_POLYNOMIAL: Final = 0x82F63B78
"""The polynomial of CRC-32C, reflected (RFC 3720, section 12.1)."""

_MASK: Final = 0xA282EAD8
_32_BITS: Final = 0xFFFFFFFF


def current_manifest(directory: Path) -> Path:
    """Return the path of the manifest that the file CURRENT names.

    Args:
        directory: The directory of the store.

    Returns:
        The path.

    Raises:
        OSError: CURRENT cannot be read.
        ValueError: CURRENT names no manifest.
    """
    path = directory / "CURRENT"
    name = _MANIFEST.fullmatch(read_file(path).decode(errors="replace"))
    if name is None:
        raise ValueError(f"{path} is damaged, since it names no manifest")
    return directory / name[1]


def verify_files(directory: Path) -> None:
    """Verify that a store has all files that belong to it, and that its logs are whole.

    RocksDB verifies the checksums of the tables when it reads them.

    Args:
        directory: The directory of the store.

    Raises:
        StoreError: A file is missing, was cut or was changed. The error names the file.
        OSError: A file cannot be read.
        ValueError: CURRENT is damaged.
    """
    manifest = current_manifest(directory)
    listed = _Listed()
    for record in _records(manifest):
        try:
            listed.read(record)
        except (IndexError, KeyError):
            raise StoreError(f"{manifest} has a record that is not one of a manifest") from None
    _verify_tables(directory, listed.tables)
    logs = _numbered(directory, "log")
    begins = sorted({max(number, listed.oldest_log) for number in listed.logs.values()})
    for begin, end in zip(begins, [*begins[1:], None], strict=True):
        # A store that was opened again has a later log instead of the first one.
        if not any(begin <= number and (end is None or number < end) for number in logs):
            raise StoreError(f"{directory / f'{begin:06}.log'}, or a later log, is missing")
    expected = 0
    for number, path in logs.items():
        if number >= listed.oldest_log:
            expected = _verify_log(path, number, max(expected, listed.last_change + 1))


def _verify_tables(directory: Path, listed: dict[int, int]) -> None:
    """Compare the tables with those that the manifest lists."""
    tables = _numbered(directory, "sst")
    for number, size in listed.items():
        path = tables.pop(number, None)
        if path is None or not path.is_file() or path.stat().st_size != size:
            raise StoreError(
                f"{directory / f'{number:06}.sst'} is missing or was cut: it had {size:,} bytes"
            )
    for path in tables.values():
        raise StoreError(
            f"the manifest does not list {path}: the manifest was cut, or the program that wrote "
            "the table was killed"
        )


def _numbered(directory: Path, suffix: str) -> dict[int, Path]:
    paths = sorted(directory.glob(f"*.{suffix}"))
    return {int(path.stem): path for path in paths if path.stem.isdecimal()}


@dataclass
class _Listed:
    """What the records of a manifest say together.

    Attributes:
        tables: The size of each table in bytes, keyed by its number.
        logs: The number of the first log that each column family needs, keyed by that family.
        oldest_log: The number of the first log that any of them needs.
        last_change: The number of the last change of the data that is in a table. Each change has
            the number after that of the one before.
    """

    tables: dict[int, int] = field(default_factory=dict)
    logs: dict[int, int] = field(default_factory=dict)
    oldest_log: int = 0
    last_change: int = 0

    def read(self, record: bytes) -> None:
        """Read a record; raise IndexError or KeyError if it cannot be read.

        The tags of the fields are those of `Tag` in RocksDB's db/version_edit.h.
        """
        fields = _Fields(record)
        family, log = 0, None
        while not fields.at_end:
            match fields.number():
                case 2:  # kLogNumber
                    log = fields.number()
                case 10:  # kMinLogNumberToKeep
                    self.oldest_log = fields.number()
                case 200:  # kColumnFamily
                    family = fields.number()
                case 6:  # kDeletedFile
                    fields.number()
                    self.tables.pop(fields.number(), None)
                case 103:  # kNewFile4
                    fields.number()
                    number = fields.number()
                    self.tables[number] = fields.number()
                    for pass_over in (fields.text, fields.text, fields.number, fields.number):
                        pass_over()
                    while fields.number() != _END:
                        fields.text()
                case 5:  # kCompactCursor
                    fields.number()
                    fields.text()
                case 4:  # kLastSequence
                    self.last_change = fields.number()
                case 3 | 9 | 203 | 300:  # the number of the next file, and others
                    fields.number()
                case 1 | 201:  # kComparator, kColumnFamilyAdd
                    fields.text()
                case 202:  # kColumnFamilyDrop
                    pass
                case tag if tag & _IGNORABLE:
                    fields.text()
                case tag:
                    raise KeyError(tag)
        if log is not None:
            self.logs[family] = log


class _Fields:
    """The fields of a record of a manifest, read one after the other."""

    def __init__(self, record: bytes) -> None:
        self._record = record
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at == len(self._record)

    def number(self) -> int:
        """Read a number: seven bits in each byte, the lowest first; the last byte is below 128."""
        value = shift = 0
        while True:
            byte = self._record[self._at]
            self._at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def text(self) -> None:
        """Pass over a text, which begins with its length."""
        length = self.number()
        self._at += length
        if self._at > len(self._record):
            raise IndexError


def _records(path: Path) -> Iterator[bytes]:
    """Read the records of a manifest; raise StoreError if it was cut or changed."""
    data = read_file(path, LARGEST_LOG)
    record, is_open = b"", False
    for at, end in _parts(data, _HEADER):
        if end > len(data):
            raise _cut(path)
        if not _is_intact(data, at, end):
            raise _changed(path, at)
        type_ = data[at + _TYPE]
        payload = data[at + _HEADER : end]
        record = payload if type_ in (_WHOLE, _FIRST) else record + payload
        is_open = type_ not in (_WHOLE, _LAST)
        if not is_open:
            yield record
    if is_open:
        raise _cut(path)


def _verify_log(path: Path, number: int, expected: int) -> int:
    """Verify the records of a log.

    RocksDB uses the file of an old log again, so each record has the number of its log, and the end
    of a log may be followed by parts of older records. If the last records of the last log were cut
    off as a whole, nobody can notice it.

    Args:
        path: The log.
        number: Its number.
        expected: The highest number that the first change in the log may have.

    Returns:
        The number of the first change after the log.

    Raises:
        StoreError: The log was cut or changed, or changes before it are missing.
    """
    data = read_file(path, LARGEST_LOG)
    its_number = struct.pack("<I", number & _32_BITS)
    rest = 0
    for at, end in _parts(data, _LOG_HEADER):
        if data[at + _HEADER : at + _LOG_HEADER] != its_number:
            payload = data[at + _LOG_HEADER : end]
            rest = at
            if _is_intact(data[at : at + _HEADER] + its_number + payload, 0, end - at):
                raise _changed(path, at)
            break
        if end > len(data):
            raise _cut(path)
        if not _is_intact(data, at, end):
            raise _changed(path, at)
        if data[at + _TYPE] in _FIRST_IN_LOG:
            change, count = struct.unpack_from("<QI", data, at + _LOG_HEADER)
            if change > expected:
                raise StoreError(
                    f"changes before byte {at:,} of {path} are missing: a log before it was "
                    "deleted, or was cut"
                )
            expected = max(expected, change + count)
        rest = end
    if 0 < len(data) - rest < _LOG_HEADER:
        raise _cut(path)
    for found in re.compile(rb"[\x05-\x08]" + re.escape(its_number)).finditer(data, rest):
        at = found.start() - _TYPE
        if _is_intact(data, at, at + _LOG_HEADER + _length(data, at)):
            raise _changed(path, rest)
    return expected


def _parts(data: bytes, header: int) -> Iterator[tuple[int, int]]:
    """Yield where each part of a record begins and ends; the last may end beyond the data."""
    at = 0
    while at < len(data):
        left = _BLOCK - at % _BLOCK
        if left < header:  # the rest of the block is empty
            at += left
            continue
        end = at + header + _length(data, at)
        yield at, end
        at = end


def _length(data: bytes, at: int) -> int:
    """Return the length of the payload of a part."""
    return int.from_bytes(data[at + 4 : at + _TYPE], "little")


def _is_intact(data: bytes, at: int, end: int) -> bool:
    """Return whether a part has its checksum, which covers all from the type on."""
    return int.from_bytes(data[at : at + 4], "little") == _checksum(data[at + _TYPE : end])


def _changed(path: Path, at: int) -> StoreError:
    return StoreError(f"{path} was changed: the record at byte {at:,} does not match its checksum")


def _cut(path: Path) -> StoreError:
    return StoreError(
        f"{path} ends within a record: it was cut, or the program that wrote it was killed"
    )


def _checksum(data: bytes) -> int:
    """Return the CRC-32C of data, changed as RocksDB stores it."""
    table = _checksums_of_bytes()
    crc = _32_BITS
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= _32_BITS
    return ((crc >> 15 | crc << 17) + _MASK) & _32_BITS


@cache
def _checksums_of_bytes() -> tuple[int, ...]:
    checksums = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
        checksums.append(crc)
    return tuple(checksums)
