"""A wall between this process and the network, kept by the kernel: a filter of seccomp(2).

For processes that open files as they work, where a limit of no descriptors at all, which shuts out
sockets as well, cannot be set. It takes no privileges, and nothing takes it down again.
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

# The instructions of a filter (bpf(4)), and where in `struct seccomp_data` it finds what.
_INSTRUCTION: Final = Struct("=HBBI")
_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM

_X32: Final = 0x40000000
"""From here on, x86-64 counts its calls a second time, for another ABI; elsewhere are none."""

# For each machine its AUDIT_ARCH, and the numbers of socket, socketpair, bind, listen, accept,
# accept4 and connect. In all are io_uring_setup, whose rings do what these do unseen by a filter,
# and pidfd_getfd, which takes the sockets of others.
_EVERYWHERE: Final = (425, 438)
_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 53, 49, 50, 43, 288, 42, *_EVERYWHERE)),
    "aarch64": (0xC00000B7, (198, 199, 200, 201, 202, 242, 203, *_EVERYWHERE)),
}
_PAIRS: Final = {"x86_64": 53, "aarch64": 199}


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def deny_network(*, pairs: bool = False) -> None:
    """Have this process, and all that it starts, make no connections: what would, fails with EPERM.

    pairs: leave it pairs of sockets, which lead nowhere but to each other.
    Sockets that are open stay usable. Threads that have been started before are not held back.
    Raises OSError where the kernel does not allow that, or where this machine is not known here.
    """
    machine = platform.machine()
    if machine not in _CALLS:
        raise OSError(errno.ENOSYS, f"its calls are not known for {machine}")
    architecture, numbers = _CALLS[machine]
    code = _filter(
        architecture, [each for each in numbers if not (pairs and each == _PAIRS[machine])]
    )
    program = _Program(len(code) // _INSTRUCTION.size, code)
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _filter(architecture: int, numbers: Sequence[int]) -> bytes:
    """Write the filter: what another architecture calls is refused, and so are these numbers."""
    count = len(numbers)
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_IF_EQUAL, 0, count + 3, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_IF_AT_LEAST, count + 1, 0, _X32),
        *((_JUMP_IF_EQUAL, count - index, 0, each) for index, each in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(_INSTRUCTION.pack(*each) for each in instructions)


def prctl(*arguments: int) -> None:
    """Have the kernel change this process; raise OSError where it does not."""
    libc = ctypes.CDLL(None, use_errno=True)
    padded = (*arguments, 0, 0, 0, 0)[:5]
    if libc.prctl(*map(ctypes.c_ulong, padded)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
