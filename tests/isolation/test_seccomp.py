"""A process that has given up the network with seccomp(2)."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest


def without_network(code: str) -> str:
    """Run code in a process that has given up the network; return what it prints."""
    preamble = "import os, socket\nfrom apecgraph.isolation.seccomp import deny_network\n"
    ran = subprocess.run(
        [sys.executable, "-c", preamble + code], capture_output=True, text=True, timeout=30
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    "call",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "ours.connect('/')",
        "ours.bind(b'')",
        "ours.listen()",
        "ours.accept()",
        "os.pidfd_open(os.getpid()) and libc.syscall(438, 3, 0, 0)",
        "libc.syscall(425, 1, 0)",
        "libc.syscall(0x40000000 + 41, 2, 1, 0)",
    ],
)
def test_calls_that_make_a_connection_are_refused(call: str) -> None:
    printed = without_network(f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
ours, theirs = socket.socketpair()
deny_network()
try:
    failed = {call} == -1 and ctypes.get_errno()
except OSError as error:
    failed = error.errno
print(failed)
""")
    assert printed == f"{errno.EPERM}\n"


def test_an_open_socket_still_works_and_children_inherit_the_filter() -> None:
    printed = without_network("""
ours, theirs = socket.socketpair()
deny_network()
ours.sendall(b"x")
assert theirs.recv(1) == b"x"
with open("/proc/self/status") as file:
    assert "NoNewPrivs:\\t1" in file.read()
pid = os.fork()
if pid == 0:
    try:
        socket.socket()
    except PermissionError:
        os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""")
    assert printed == "7\n"
