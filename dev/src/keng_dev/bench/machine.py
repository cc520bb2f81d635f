"""How fast and how busy the machine is: figures of two machines are compared by this.

A machine of shared cores is slower while its other core works, which every bench of a web process
and a database makes it do. So the plain loop is timed alone, and on all cores at once.
"""

import os
import statistics
import subprocess
import sys

_LOOP = """
import time
began, total = time.process_time(), 0
for number in range(2_000_000):
    total += number * number
print(2 / (time.process_time() - began))
"""


def machine_line() -> str:
    """One line for the head of a run."""
    cores = os.cpu_count() or 1
    load, _, _ = os.getloadavg()
    alone, together = _millions_a_second(1), _millions_a_second(cores)
    return (
        f"machine: {cores} cores, load {load:.1f} before; Python {sys.version.split()[0]} adds up"
        f" {alone:.1f} million squares a second of CPU on one core, {together:.1f} on each of all"
    )


def _millions_a_second(processes: int) -> float:
    """The median of so many processes at once."""
    running = [
        subprocess.Popen([sys.executable, "-c", _LOOP], stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    return statistics.median(float(each.communicate(timeout=60)[0]) for each in running)
