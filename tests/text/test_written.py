"""A file that cannot be written as a whole stays as it was."""

import os
import stat
import subprocess
import sys

import pytest

from backcalc.text.written import write_whole

LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from backcalc.__main__ import main
main()
"""
needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="no limits to the size of files")


@needs_limits
def test_a_disk_that_is_full_takes_no_file_away(tmp_path):
    before = "".join(f"y{i}=sin(x)\n" for i in range(90))
    path = tmp_path / "g.bg"
    path.write_text(before)
    assert len(before) < 1000 < len(before) + 2 * 90
    found = subprocess.run(
        [sys.executable, "-c", LIMITED, "fmt", "--write", path], capture_output=True, text=True, check=False
    )
    assert (found.returncode, "cannot write" in found.stderr) == (2, True)
    assert path.read_text() == before
    assert [each.name for each in tmp_path.iterdir()] == ["g.bg"]


def test_what_was_there_is_replaced_with_its_rights_and_links(tmp_path):
    path, link, other = tmp_path / "a", tmp_path / "link", tmp_path / "other"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(str(link), b"new")
    assert (path.read_bytes(), link.is_symlink(), stat.S_IMODE(path.stat().st_mode)) == (b"new", True, 0o640)
    other.hardlink_to(path)
    write_whole(str(path), b"newer")
    assert other.read_bytes() == b"newer"


def test_a_new_file_has_the_rights_of_any(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_whole(str(tmp_path / "new"), b"text")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_is_no_file_is_written_to(tmp_path):
    write_whole(os.devnull, b"text")
    with pytest.raises(OSError, match="directory"):
        write_whole(str(tmp_path), b"text")
