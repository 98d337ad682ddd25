#!/usr/bin/env python3
"""Runs the benchmarks in release mode and prints one table: a figure, a yardstick measured beside it, their ratio.

usage: Benchmarks/run.py FOLDER-OF-RELEASE-PROGRAMS
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 11


def milliseconds(action):
    """The median of some runs."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def start_time(*command):
    return milliseconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def row(what, ours, yardstick, theirs, goal=""):
    print(f"{what:34} {ours:>12.1f} {yardstick:28} {theirs:>10.1f} {ours / theirs:>6.2f}  {goal}", flush=True)


def decoding(program):
    with tempfile.TemporaryDirectory() as folder:
        output = subprocess.run([program, folder], check=True, capture_output=True, text=True).stdout
        figures = dict(line.split() for line in output.splitlines())
        pages = [path.read_bytes() for path in pathlib.Path(folder).iterdir()]
    loads = milliseconds(lambda: [json.loads(page) for page in pages])
    row("decode 5,000 pods, ms", float(figures["decode_ms"]), "python json.loads, ms", loads, "goal: 0.50")
    print(f"{'allocations per watch event':34} {float(figures['allocations_per_event']):>12.1f}")


def binary(program):
    kubectl = shutil.which("kubectl") or sys.exit("kubectl is not there: make setup")
    megabyte = 1e6
    row("operator, MB", os.path.getsize(program) / megabyte, "kubectl, MB", os.path.getsize(kubectl) / megabyte)
    row("operator version, ms", start_time(program, "version"), "kubectl version --client, ms",
        start_time(kubectl, "version", "--client"))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    programs = pathlib.Path(sys.argv[1])
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; medians of {ROUNDS} runs")
    decoding(programs / "bench-decoding")
    binary(programs / "deepseek-operator")


main()
