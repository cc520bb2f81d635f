"""The commands that the tools add to `keng`, by the entry point group `keng.commands`."""

from keng.cli.command import Command

DEMO = Command("keng_dev.demo.command", "run everything here with the demo province")
THIEF = Command("keng_dev.thief", "what a stolen disk or backup tells; on a demo alone")
FAKES = Command("keng_dev.fakes", "providers that play on this machine, to try channels with")
BENCH = Command("keng_dev.bench", "measure this machine")
