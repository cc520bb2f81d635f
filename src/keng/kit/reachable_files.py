"""Files that a process can still open, for good: what else lies on the disk is out of its reach.

By Landlock, which Linux has since 5.13 and which asks for no rights; without it nothing changes.
"""

import contextlib
import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
# Whatever the first version of Landlock knows: a later one knows more, which nobody needs here.
_ALL = (1 << 13) - 1
_OF_A_FILE = _EXECUTE | 1 << 1 | _READ_FILE


def allow_only_files(reads: Iterable[Path], writes: Iterable[Path] = ()) -> None:
    """Below `reads` files are read and programs started, below `writes` anything is done.

    What is not there is left out. After `forbid_new_privileges`.
    """
    if sys.platform != "linux":
        return
    call = ctypes.CDLL(None, use_errno=True).syscall
    handled = struct.pack("Q", _ALL)
    rules = call(_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
    if rules < 0:
        return
    read_only = _EXECUTE | _READ_FILE | _READ_FOLDER
    for rights, paths in ((read_only, reads), (_ALL, writes)):
        for path in paths:
            with contextlib.suppress(OSError):
                _allow(call, rules, path, rights)
    call(_RESTRICT, rules, 0)
    os.close(rules)


def _allow(call: "ctypes._NamedFuncPointer", rules: int, path: Path, rights: int) -> None:
    held = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(held).st_mode):
            rights &= _OF_A_FILE
        call(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, held), 0)
    finally:
        os.close(held)
