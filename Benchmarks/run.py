#!/usr/bin/env python3
"""Runs the benchmarks in release mode and prints one table: a figure, a yardstick measured beside it, their ratio.

usage: Benchmarks/run.py FOLDER-OF-RELEASE-PROGRAMS [decoding] [what-if] [binary] [latency] [scale]
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

import control_plane

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


def what_if(program):
    output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    figures = dict(line.split() for line in output.splitlines())
    for sync in ("1", "5"):
        print(f"{'30 days, decided every ' + sync + ' s, s':34} {float(figures['what_if_seconds_' + sync]):>12.1f}  goal: 10")
    print(f"{'decisions a second, one core':34} {float(figures['decisions_per_second']):>12.0f}")


def binary(program):
    kubectl = shutil.which("kubectl") or sys.exit("kubectl is not there: make setup")
    megabyte = 1e6
    row("operator, MB", os.path.getsize(program) / megabyte, "kubectl, MB", os.path.getsize(kubectl) / megabyte)
    row("operator version, ms", start_time(program, "version"), "kubectl version --client, ms",
        start_time(kubectl, "version", "--client"))


def figure(what, value, goal=""):
    print(f"{what:58} {value:>12.1f}  {goal}", flush=True)


def latency(programs):
    result = control_plane.latency(programs)
    print("1,000 clusters, synced every second:")
    following(result)
    figure("  allocations per reconcile", result["allocations"] / (result["ticks"] + result["reconciles"]))


def scale(programs, clusters=10_000):
    result = control_plane.scale(programs, clusters)
    figure(f"{clusters:,} clusters, {3 * clusters:,} pods: from nothing to served, s", result["served_s"])
    figure("  the most memory meanwhile, MB", result["served_peak_mb"])
    figure("  start to synced, s", result["synced_s"])
    figure("  synced to at rest, s", result["settled_s"])
    figure("  memory once synced, MB", result["synced_mb"], "goal: 150")
    print("synced every 15 s:")
    steady(result["seldom"])
    print("synced every second:")
    steady(result["often"])
    following(result)


def following(result):
    """How soon the replicas follow the metric."""
    figure("  sample read to replicas written, p99 ms", result["from_read_p99_ms"], "goal: 250")
    figure("    the same, p50 ms", result["from_read_p50_ms"])
    figure("    from the metric's change, p99 ms", result["from_change_p99_ms"], "goal: 1250")
    figure("    never followed", result["missing"], "goal: 0")


def steady(result):
    seconds, runs = result["steady_s"], result["reconciles"] + result["ticks"]
    figure("  ticks a second", result["ticks"] / seconds)
    figure("  queries to Prometheus a second", result["queries"] / seconds)
    figure("  CPU, share of a core", result["steady_cpu_s"] / seconds)
    figure("  CPU per reconcile, ms", result["steady_cpu_s"] * 1000 / max(runs, 1))
    figure("  memory, MB", result["steady_mb"], "goal: 150")
    figure("  the highest so far, MB", result["steady_peak_mb"])
    print(f"  requests other than reads in {seconds:.0f} s: {json.dumps(result['writes'])}", flush=True)


def main():
    parts = {
        "decoding": lambda programs: decoding(programs / "bench-decoding"),
        "what-if": lambda programs: what_if(programs / "bench-what-if"),
        "binary": lambda programs: binary(programs / "deepseek-operator"),
        "latency": latency,
        "scale": scale,
    }
    chosen = sys.argv[2:] or list(parts)
    if len(sys.argv) < 2 or not set(chosen) <= set(parts):
        sys.exit(__doc__)
    programs = pathlib.Path(sys.argv[1])
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; times are medians of {ROUNDS} runs")
    for name in chosen:
        parts[name](programs)


main()
