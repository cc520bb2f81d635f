"""The commands that the tools add to `keng`, by the entry point group `keng.commands`."""

from keng.cli.command import Command

DEMO = Command("keng_dev.demo.command", "run everything here with the demo province")
BENCH = Command("keng_dev.bench", "measure this machine")
