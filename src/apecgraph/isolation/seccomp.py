"""Denies network access to a process with a filter of seccomp(2), which the kernel applies.

The filter is for processes that must open files. Other processes can set their limit on descriptors
to zero, which prevents files and sockets. The filter needs no privileges and cannot be removed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from collections.abc import Sequence
from struct import Struct
from typing import Final

# prctl(2)
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2

# The instructions of a filter (bpf(4)), and the offsets of its input, `struct seccomp_data`.
_INSTRUCTION: Final = Struct("=HBBI")
_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_CALL_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM

_X32: Final = 0x40000000
"""The first number of the x32 calls of x86-64. Other machines have no calls from this number on."""

# For each machine: its AUDIT_ARCH, and the numbers of socket, socketpair, bind, listen, accept,
# accept4 and connect. On all machines, 425 is io_uring_setup, whose rings make the same calls
# without the filter, and 438 is pidfd_getfd, which copies the sockets of other processes.
_EVERYWHERE: Final = (425, 438)
_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 53, 49, 50, 43, 288, 42, *_EVERYWHERE)),
    "aarch64": (0xC00000B7, (198, 199, 200, 201, 202, 242, 203, *_EVERYWHERE)),
}
_SOCKETPAIR: Final = {"x86_64": 53, "aarch64": 199}


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def deny_network(*, pairs: bool = False) -> None:
    """Prevent this process and its children from making connections: the calls fail (EPERM).

    Open sockets remain usable. Threads that are already running are not affected.

    Args:
        pairs: Whether socketpair(2) is allowed; its sockets are connected only to each other.

    Raises:
        OSError: The kernel refuses the filter, or the call numbers of this machine are not known.
    """
    machine = platform.machine()
    if machine not in _CALLS:
        raise OSError(errno.ENOSYS, f"apecgraph does not know the system call numbers of {machine}")
    architecture, calls = _CALLS[machine]
    refused = [number for number in calls if not (pairs and number == _SOCKETPAIR[machine])]
    code = _filter(architecture, refused)
    program = _Program(len(code) // _INSTRUCTION.size, code)
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _filter(architecture: int, numbers: Sequence[int]) -> bytes:
    """Return the code of a filter that refuses some calls, and all calls of other architectures."""
    count = len(numbers)
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 0, count + 3, architecture),
        (_LOAD, 0, 0, _CALL_NUMBER),
        (_JUMP_IF_AT_LEAST, count + 1, 0, _X32),
        *((_JUMP_IF_EQUAL, count - index, 0, number) for index, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in instructions)


def prctl(*arguments: int) -> None:
    """Change a property of this process by `prctl`; raise OSError if the call fails."""
    libc = ctypes.CDLL(None, use_errno=True)
    padded = (*arguments, 0, 0, 0, 0)[:5]
    if libc.prctl(*map(ctypes.c_ulong, padded)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
