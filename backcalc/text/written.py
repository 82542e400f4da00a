"""Files written as a whole: what is stopped before all of it is there leaves the file as it was."""

from __future__ import annotations

import os
import stat
from contextlib import suppress


def write_whole(path: str, data: bytes) -> None:
    """Write `data` to the file at `path`, in place of what it holds. Raises OSError, and then it holds that still."""
    target = os.path.realpath(path)  # A link goes on leading there.
    before = os.stat(target) if os.path.exists(target) else None  # noqa: PTH110, PTH116  pathlib takes long to load.
    if before is not None and not _is_replaceable(before):
        _write(target, data)
        return
    folder, name = os.path.split(target)
    beside = os.path.join(folder, f".{name[:200]}.{os.getpid()}")  # noqa: PTH118
    try:
        # As `open` makes files, whose permissions the umask cuts; nobody else's file is opened.
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError:  # A folder may take no new file, and a file that is there all the same be written.
        _write(target, data)
        return
    try:
        _write(beside, data)
        if before is not None:
            os.chmod(beside, stat.S_IMODE(before.st_mode))  # noqa: PTH101
        os.replace(beside, target)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108
        raise


def _is_replaceable(found: os.stat_result) -> bool:
    """Whether a new file may take the place of this one: not of a device, nor of one that has two names or owners."""
    is_own = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and is_own


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(data)
