"""System calls that a process gives up for good, so that a broken decoder cannot make them.

A filter of the kernel (seccomp) refuses them with EPERM, to this process and to what it becomes.
Only what is named here is refused: which calls a library needs changes with every release of it.
"""

import contextlib
import ctypes
import platform
import struct
import sys
from collections.abc import Iterable, Sequence

from keng.kit.closed_memory import set_process_option

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_LOAD, _EQUALS, _AT_LEAST, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOWED, _REFUSED, _UNKNOWN, _KILLED = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38, 0x80000000
# Where the kernel's description of a call has its number, the kind of machine and the lower half of
# its first argument.
_AT_NUMBER, _AT_MACHINE, _AT_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x10000
# The number of the same call for programs of 32 bits on x86-64, which go by other numbers.
_X32 = 0x40000000
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

# name -> its number on x86-64 and on ARM; 0 where the machine has no such call.
_NETWORK = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
}
# What whoever listens needs: no way to anybody who did not call.
_ANSWERS = frozenset({"accept", "accept4", "sendto"})
_OTHER_PROCESSES = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    # What processes of one account share: the database keeps one piece of memory so.
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
}
# Those of its own a process needs, of another one nobody.
_LIMITS_OF_ANOTHER = (302, 261)
# What a process may do to the system, and what many holes of kernels were reached by.
_SYSTEM = {
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
}
# What is done to a file without opening it, and Landlock does not bound: its length before Linux
# 6.2, its mode, owner and marks in any.
_FILES_BY_NAME = {
    "truncate": (76, 45),
    "chmod": (90, 0),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, 0),
    "lchown": (94, 0),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
# With `clone` a thread is begun, or a process that lives on when this one is ended. What `clone3`
# wants lies where no filter can look; where it is not known, a library takes the other one.
_CLONE, _CLONE3 = (56, 220), (435, 435)
_FORKS = {
    "fork": (57, 0),
    "vfork": (58, 0),
}
_PROGRAMS = {
    "execve": (59, 221),
    "execveat": (322, 281),
    "clone": _CLONE,
    "clone3": _CLONE3,
}
_FILES = {
    "open": (2, 0),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, 0),
    "unlink": (87, 0),
    "unlinkat": (263, 35),
    "rename": (82, 0),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, 0),
    "linkat": (265, 37),
    "symlink": (88, 0),
    "symlinkat": (266, 36),
    "rmdir": (84, 0),
}


def forbid_network_and_others() -> None:
    """No network, no look into another process and no signal to one, nothing about the system.

    Becoming another program is left, for a launcher that is about to do so, and threads; so is
    opening files, which `reachable_files` bounds. No process is begun that could outlive this one.
    """
    _refuse((_NETWORK, _OTHER_PROCESSES, _SYSTEM, _FILES_BY_NAME, _FORKS), keeps_threads=True)


def forbid_all_but_computing() -> None:
    """As `forbid_network_and_others`, and no file, program or thread: what is open stays all."""
    _refuse((_NETWORK, _OTHER_PROCESSES, _SYSTEM, _FILES_BY_NAME, _FORKS, _PROGRAMS, _FILES))


def forbid_all_but_serving() -> None:
    """No new connection, program, thread or process, and nothing of others: what is open is used,
    and who calls on a socket that listens is answered. Files are bounded by `reachable_files`.
    """
    network = {name: call for name, call in _NETWORK.items() if name not in _ANSWERS}
    _refuse((network, _OTHER_PROCESSES, _SYSTEM, _FILES_BY_NAME, _FORKS, _PROGRAMS))


def _refuse(groups: Iterable[dict[str, tuple[int, int]]], *, keeps_threads: bool = False) -> None:
    """Refuse them from here on; does nothing where the system has no such filter.

    After `forbid_new_privileges`, without which only root may do this.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return
    mark, column = machine
    numbers = {call[column] for group in groups for call in group.values()} - {0}
    looks = _unless_argument(_LIMITS_OF_ANOTHER[column], _EQUALS, 0)
    if keeps_threads:
        looks += _unless_argument(_CLONE[column], _HAS, _CLONE_THREAD)
        looks += [_step(_EQUALS, _CLONE3[column], miss=1), _step(_RETURN, _UNKNOWN)]
    steps = _filter_steps(mark, looks, sorted(numbers))
    held = ctypes.create_string_buffer(b"".join(steps))
    # The kernel's struct sock_fprog: how many steps, and where they are.
    with contextlib.suppress(OSError):
        set_process_option(
            _PR_SET_SECCOMP,
            _SECCOMP_MODE_FILTER,
            struct.pack("HP", len(steps), ctypes.addressof(held)),
        )


def _unless_argument(number: int, what: int, value: int) -> list[bytes]:
    """Steps that refuse this call unless its first argument is or has the value."""
    return [
        _step(_EQUALS, number, miss=4),
        _step(_LOAD, _AT_ARGUMENT),
        _step(what, value, miss=1),
        _step(_RETURN, _ALLOWED),
        _step(_RETURN, _REFUSED),
    ]


def _filter_steps(machine: int, looks: Sequence[bytes], numbers: Sequence[int]) -> list[bytes]:
    """The filter, step by step. A jump counts the steps that it skips, 255 at most."""
    refuses = len(numbers) + 1
    jumps = (_step(_EQUALS, number, hit=refuses - at) for at, number in enumerate(numbers, start=1))
    return [
        _step(_LOAD, _AT_MACHINE),
        _step(_EQUALS, machine, hit=1),
        _step(_RETURN, _KILLED),
        _step(_LOAD, _AT_NUMBER),
        _step(_AT_LEAST, _X32, hit=len(looks) + refuses),
        *looks,
        *jumps,
        _step(_RETURN, _ALLOWED),
        _step(_RETURN, _REFUSED),
    ]


def _step(what: int, value: int, *, hit: int = 0, miss: int = 0) -> bytes:
    """The kernel's struct sock_filter: where it is so, `hit` steps are skipped, else `miss`."""
    return struct.pack("HBBI", what, hit, miss, value)
