"""The folder of releases under faults: no incomplete, damaged or lost release is ever current."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apecgraph.build.pipeline import build_release
from apecgraph.errors import CheckFailed, ReleaseError, ReleasesLocked, RolledBack
from apecgraph.release.archive import Archive
from apecgraph.release.history import HISTORY
from apecgraph.release.lock import LOCK, locked
from apecgraph.release.release import CURRENT, MANIFEST, File, Release
from tests.support.command import run
from tests.support.contents import SmallContent


def published(content: SmallContent, releases: Path, label: str, keep: int = 0) -> str:
    """Build the content with a new label for a source; return the name of the release."""
    content.source(0, label)
    return build_release(content.root, releases, keep=keep)[0].name


def leftovers(releases: Path) -> list[str]:
    return [path.name for path in releases.glob(".tmp-*")]


IN_NAMESPACE = "APECGRAPH_TESTS_IN_NAMESPACE"
KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from apecgraph.release.archive import Archive
from apecgraph.build.pipeline import build_release
from apecgraph.release.release import Release
from tests.support.contents import SmallContent

content, releases = SmallContent(Path(sys.argv[1])), Path(sys.argv[2])
moments = random.Random(int(sys.argv[3]))
left = 0

def start(number):
    content.source(0, f"round {number}")
    child = os.fork()
    if child == 0:
        build_release(content.root, releases, keep=3)
        os._exit(0)
    return child

begun = time.monotonic()
assert os.waitpid(start(0), 0)[1] == 0
whole = time.monotonic() - begun
for number in range(1, 17):
    child = start(number)
    time.sleep(moments.uniform(0, whole))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    left += bool(list(releases.glob(".tmp-*")))
    current = Release.current(releases)
    current.verify()
    rounds = [each for each in range(number + 1) if f'"round {each}"' in
              (current.path / "apecgraph.nq").read_text()]
    assert len(rounds) == 1, rounds
    for name in Archive(releases).names():
        Release.open(releases / name)
assert os.waitpid(start(99), 0)[1] == 0
assert '"round 99"' in (releases / "current" / "apecgraph.nq").read_text()
assert not list(releases.glob(".tmp-*"))
print(left)
"""


def test_a_build_killed_at_any_moment_leaves_the_old_release_and_no_leftovers(
    tmp_path: Path,
) -> None:
    seed = random.randrange(1 << 30)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, (tmp_path / "c", tmp_path / "r", seed))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, (seed, done.stderr)
    assert int(done.stdout) > 0, "no build was killed at work"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of four megabytes; None if this process may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
    else:
        yield folder
        subprocess.run(["umount", "-l", str(folder)], check=True)


def run_again(request: pytest.FixtureRequest, folder: Path) -> None:
    """Run a test in a namespace of its own, in which all users may mount."""
    assert IN_NAMESPACE not in os.environ, "no file system can be mounted, even as root"
    again = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-m", "pytest"]
    subprocess.run(
        [*again, f"--basetemp={folder / 'again'}", request.node.nodeid],
        cwd=request.config.rootpath,
        env={**os.environ, IN_NAMESPACE: "1"},
        check=True,
    )


def fill(filler: Path, but: int = 0) -> None:
    """Fill a disk except for some bytes."""
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(bytes(1 << 23))
    os.truncate(filler, filler.stat().st_size - but)


def test_a_full_disk_publishes_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, content: SmallContent, small_disk: Path | None
) -> None:
    if small_disk is None:
        run_again(request, tmp_path)
        return
    releases = small_disk / "releases"
    first = published(content, releases, "first")
    second = published(content, releases, "second")
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises(
        ReleaseError,
        match=r"cannot be written to, and nothing is published: .*No space left.*; "
        r"the current release takes 0\.\d MB, and 0\.0 MB are free: ",
    ):
        published(content, releases, "third")
    with pytest.raises(ReleaseError, match="No space left"):
        Archive(releases).rollback()
    original = (content.root / "shapes/all.ttl").read_text()
    content.write("shapes/all.ttl", "<shape/x> a sh:NodeShape .")
    with pytest.raises(CheckFailed, match=r"could not be kept: .*No space left"):
        build_release(content.root, releases)
    (content.root / "shapes/all.ttl").write_text(original)
    assert Release.current(releases).name == second
    filler.unlink()
    assert published(content, releases, "third") == Release.current(releases).name
    assert set(Archive(releases).names()) > {first, second}
    assert leftovers(releases) == []


def test_a_build_and_a_rollback_make_room_before_they_need_it(
    request: pytest.FixtureRequest, tmp_path: Path, content: SmallContent, small_disk: Path | None
) -> None:
    if small_disk is None:
        run_again(request, tmp_path)
        return
    releases, filler = small_disk / "releases", small_disk / "filler"
    archive = Archive(releases)
    fourth = [published(content, releases, label) for label in "abcd"][-1]
    fill(filler)
    fifth = published(content, releases, "e", keep=2)  # without the first two, which come first
    assert archive.names() == [fourth, fifth]
    filler.unlink()
    sixth = published(content, releases, "f")
    # As many as are kept, but no room for one more.
    fill(filler, but=archive.size(fourth) // 2)
    seventh = published(content, releases, "g", keep=3)
    assert archive.names() == [fifth, sixth, seventh]
    # What a killed build has left.
    filler.rename(releases / ".tmp-killed")
    eighth = published(content, releases, "h")
    fill(filler)
    assert run("rollback", releases=releases, keep_releases=2).returncode == 0
    assert archive.current == seventh
    assert set(archive.names()) >= {seventh, eighth}
    assert fifth not in archive.names()


def test_an_old_release_whose_content_is_built_again_is_not_removed_first(
    content: SmallContent, releases: Path
) -> None:
    first, _, third = (published(content, releases, label) for label in "abc")
    node = (releases / first).stat().st_ino
    assert published(content, releases, "a", keep=1) == first
    assert (releases / first).stat().st_ino == node
    assert set(Archive(releases).names()) == {first, third}


def test_a_release_that_a_setting_names_is_never_removed(
    content: SmallContent, releases: Path
) -> None:
    first, second, third, fourth = (published(content, releases, label) for label in "abcd")
    settings: dict[str, Any] = {
        "keep_releases": 1,
        "permanent_releases": f"{first}, 0123456789abcdef",
    }
    for label, others in (("e", {fourth}), ("f", set())):
        content.source(0, label)
        assert (
            run("build", "--content", content.root, releases=releases, **settings).returncode == 0
        )
        assert others <= set(Archive(releases).names())
        assert first in Archive(releases).names()
    assert not {second, third} & set(Archive(releases).names())
    assert run("rollback", first, releases=releases, **settings).returncode == 0
    done = run("build", "--content", content.root, releases=releases, permanent_releases="../x")
    assert done.returncode != 0
    assert "APECGRAPH_PERMANENT_RELEASES" in done.stderr


def test_a_file_that_cannot_be_written_completely_publishes_nothing(
    content: SmallContent, releases: Path
) -> None:
    """Like a full disk, without mounting one."""
    first = published(content, releases, "first")
    content.source(0, "second")
    program = (
        "import resource, sys; from pathlib import Path; "
        "from apecgraph.build.pipeline import build_release; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); "
        "build_release(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, content.root, releases],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "ReleaseError" in done.stderr
    assert "nothing is published" in done.stderr
    assert Release.current(releases).name == first
    assert Archive(releases).names() == [first]


def test_a_flipped_bit_is_detected_in_every_file(content: SmallContent, releases: Path) -> None:
    published(content, releases, "first")
    published(content, releases, "second")
    release = Release.current(releases)
    paths = [path for path in release.path.rglob("*") if path.is_file()]
    assert {path.name for path in paths} > {MANIFEST, "apecgraph.nq", "differences.rdfp"}
    for path in paths:
        data = path.read_bytes()
        many = range(0, len(data), 61) if path.name == MANIFEST else (0, len(data) // 2, -1)
        for at in many:
            flipped = bytearray(data or b" ")  # there are no links
            flipped[at] ^= 1 << (at % 8)
            path.write_bytes(flipped)
            with pytest.raises(ReleaseError):
                Release.open(release.path)
        path.write_bytes(data[:-1] if data else b"\n")
        with pytest.raises(ReleaseError):
            Release.open(release.path)
        path.unlink()
        with pytest.raises(ReleaseError):
            Release.open(release.path)
        path.write_bytes(data)
    Release.open(release.path).verify()


def test_reading_back_detects_changes_that_have_matching_checksums(
    content: SmallContent, releases: Path
) -> None:
    first = published(content, releases, "first")
    published(content, releases, "second")
    release = Release.open(releases / first)
    dump = release.path / "apecgraph.nq"
    data = dump.read_bytes().replace(b'"first"', b'"forged"')
    others = (file for file in release.files if file.name != dump.name)
    forgery = replace(release, files=(*others, File.written(release.path, dump.name, data)))
    (release.path / MANIFEST).write_bytes(forgery.manifest())
    Release.open(release.path)
    with pytest.raises(ReleaseError, match="does not match the digest"):
        Archive(releases).rollback()
    assert Release.current(releases).name != first


def test_a_damaged_release_is_restored_in_place(content: SmallContent, releases: Path) -> None:
    name = published(content, releases, "first")
    folder = releases / name
    original = Release.open(folder)
    nodes = {path: path.stat().st_ino for path in (folder, *folder.iterdir())}
    damaged = {folder / "apecgraph.trig", folder / "links.nt"}
    for path in damaged:
        path.unlink()
    assert published(content, releases, "first") == name
    assert Release.open(folder) == original
    changed = {path for path, node in nodes.items() if path.stat().st_ino != node}
    assert changed <= damaged


def test_a_release_that_cannot_be_restored_stays_and_the_new_one_gets_another_name(
    content: SmallContent, releases: Path
) -> None:
    first = published(content, releases, "first")
    (releases / first / MANIFEST).write_text("{}")
    second = published(content, releases, "first")
    (releases / second / MANIFEST).write_text("{}")
    third = published(content, releases, "first")
    assert len({first, second, third}) == 3
    assert first == second[:16] == third[:16]
    assert Release.current(releases).name == third
    damaged = {each.name for each in Archive(releases).kept() if each.error}
    assert damaged == {first, second}


def test_the_error_names_the_process_that_holds_the_lock_and_its_death_releases_the_lock(
    tmp_path: Path,
) -> None:
    program = (
        "import sys, time; from pathlib import Path; from apecgraph.release.lock import locked\n"
        "with locked(Path(sys.argv[1]), 'build'): print('has it', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "has it\n"
        message = rf"in use by process {holder.pid} \(build\), since {time.strftime('%Y')}-"
        with pytest.raises(ReleasesLocked, match=message), locked(tmp_path, "rollback", 0):
            pass
        holder.send_signal(signal.SIGKILL)
        with locked(tmp_path, "rollback"):
            pass


def test_rollback_goes_back_step_by_step_and_forward_by_name(
    content: SmallContent, releases: Path
) -> None:
    names = [published(content, releases, label) for label in "abc"]
    archive = Archive(releases)
    assert archive.rollback().name == names[1]
    assert archive.rollback().name == names[0]
    with pytest.raises(ReleaseError, match="there is no release before"):
        archive.rollback()
    assert archive.rollback(names[2]).name == archive.current == names[2]
    assert (releases / CURRENT).readlink() == Path(names[2])


def test_building_does_not_undo_a_rollback(content: SmallContent, releases: Path) -> None:
    first, second = (published(content, releases, label) for label in "ab")
    archive = Archive(releases)
    archive.rollback()
    with pytest.raises(RolledBack, match=f"apecgraph rollback {second}"):
        build_release(content.root, releases)
    assert archive.current == first
    third = published(content, releases, "c")
    assert (archive.current, archive.previous) == (third, first)


def test_the_previous_release_is_the_one_that_was_replaced_last(
    content: SmallContent, releases: Path
) -> None:
    names = [published(content, releases, label) for label in ("a", "b", "a")]
    assert names[0] == names[2] != names[1]
    archive = Archive(releases)
    assert archive.previous == names[1]
    assert archive.names() == [names[1], names[0]]


@pytest.mark.parametrize("history", ["", "[1]", '[{"release": 1}]', "[" * 99_999])
def test_a_lost_or_broken_history_is_tolerated(
    content: SmallContent, releases: Path, history: str
) -> None:
    first, second = (published(content, releases, label) for label in "ab")
    (releases / HISTORY).write_text(history)
    assert Archive(releases).names() == [first, second]
    assert Archive(releases).rollback().name == first


@pytest.mark.parametrize("name", ["../releases", "current", "0123456789abcdef", ""])
def test_a_rollback_to_an_unknown_release_is_refused(
    content: SmallContent, releases: Path, name: str
) -> None:
    first = published(content, releases, "a")
    with pytest.raises(ReleaseError, match=f"no release.*{first}"):
        Archive(releases).rollback(name)


def test_a_damaged_release_is_not_rolled_back_to(content: SmallContent, releases: Path) -> None:
    first, second = (published(content, releases, label) for label in "ab")
    (releases / first / "apecgraph.ttl").write_text("")
    with pytest.raises(ReleaseError, match=r"apecgraph\.ttl is missing or was changed"):
        Archive(releases).rollback()
    assert Release.current(releases).name == second


def test_old_releases_are_removed_except_the_previous_one(
    content: SmallContent, releases: Path
) -> None:
    names = [published(content, releases, label) for label in "abcd"]
    archive = Archive(releases)
    archive.rollback(names[0])
    fifth = published(content, releases, "e", keep=2)
    # A rollback makes the release current that was current last.
    assert set(archive.names()) == {names[0], fifth}
    sixth = published(content, releases, "f", keep=1)
    assert set(archive.names()) == {fifth, sixth}
    assert archive.previous == fifth
    assert leftovers(releases) == []


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listener(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound, contextlib.chdir(path.parent):
        bound.bind(path.name)


@pytest.mark.parametrize("make", [pipe, device, listener, Path.mkdir])
def test_only_regular_files_of_releases_are_opened(
    content: SmallContent, releases: Path, make: Callable[[Path], None]
) -> None:
    first, second = (published(content, releases, label) for label in "ab")
    make(releases / "0123456789abcdef")
    (releases / HISTORY).unlink()
    make(releases / HISTORY)
    for name in (MANIFEST, "apecgraph.nq"):
        path = releases / first / name
        path.unlink()
        make(path)
        listed = run("releases", releases=releases).stdout
        assert listed.count("damaged: ") == 2
        assert f"{path} is missing or was changed" in listed or "is not a regular file" in listed
        assert str(path.parent) in run("rollback", first, releases=releases).stderr
    (releases / LOCK).unlink()
    make(releases / LOCK)
    locked_out = run("build", "--content", content.root, releases=releases)
    assert f"{releases / LOCK} is not a regular file: delete it" in locked_out.stderr
    assert Release.current(releases).name == second


def test_a_file_that_has_grown_without_end_is_not_read(
    content: SmallContent, releases: Path
) -> None:
    folder = releases / published(content, releases, "a")
    for file in (MANIFEST, "apecgraph.nq", "report.json"):
        data = (folder / file).read_bytes()
        os.truncate(folder / file, 1 << 42)
        with pytest.raises(ReleaseError, match=r"is missing or was changed|more than .* allowed"):
            Release.open(folder)
        (folder / file).write_bytes(data)
    Release.open(folder)


def test_a_missing_current_release_is_an_error(releases: Path) -> None:
    with pytest.raises(ReleaseError, match="has no current release: run `apecgraph build`"):
        Release.current(releases)
    with pytest.raises(ReleaseError, match="does not exist"):
        Archive(releases).rollback()
