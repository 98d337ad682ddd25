"""The operator, as a process of its own, beside a simulated control plane with many DeepSeekClusters."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")


def get(url, timeout=120):
    with urllib.request.urlopen(url, timeout=timeout) as response:
        return response.read().decode()


def wait_for(condition, seconds, pause=0.02):
    """The seconds until a condition holds."""
    start = time.perf_counter()
    while not condition():
        if time.perf_counter() - start > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(pause)
    return time.perf_counter() - start


class ControlPlane:
    """The simulated one, in a process."""

    def __init__(self, programs, folder, clusters, sync_period):
        self.kubeconfig = folder / "kubeconfig"
        self.clusters = clusters
        self.process = subprocess.Popen(
            [programs / "bench-control-plane", self.kubeconfig, str(clusters), str(sync_period)],
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        operator = [programs / "deepseek-operator", "install-crds", "--kubeconfig", self.kubeconfig]
        subprocess.run(operator, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        get(f"{self.url}/seed")

    def ready(self):
        return json.loads(get(f"{self.url}/ready"))["ready"]

    def writes(self):
        return json.loads(get(f"{self.url}/writes"))

    def sync(self, seconds):
        get(f"{self.url}/sync?seconds={seconds}", timeout=600)

    def queries(self):
        return json.loads(get(f"{self.url}/queries"))["queries"]

    def latency(self, seconds):
        return json.loads(get(f"{self.url}/latency?seconds={seconds}", timeout=seconds + 90))

    def stop(self):
        self.process.kill()
        self.process.wait()


class Operator:
    """The release program, and what the system and its own metrics say about it."""

    def __init__(self, programs, folder, kubeconfig, preload=None):
        self.metrics, self.probes = "http://127.0.0.1:18080/metrics", "http://127.0.0.1:18081/readyz"
        environment = dict(os.environ)
        self.counter = None
        if preload:
            counter = folder / "allocations"
            counter.write_bytes(bytes(8))
            self.counter = counter
            environment |= {"LD_PRELOAD": str(preload), "ALLOCATION_COUNT_FILE": str(counter)}
        self.log = folder / "operator.log"
        self.process = subprocess.Popen(
            [programs / "deepseek-operator", "run", "--kubeconfig", kubeconfig, "--leader-elect",
             "--metrics-bind-address", "127.0.0.1:18080", "--health-probe-bind-address", "127.0.0.1:18081"],
            stderr=self.log.open("a"), stdout=subprocess.DEVNULL, env=environment)

    def is_ready(self):
        try:
            return get(self.probes, timeout=5).strip() == "ok"
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if self.process.poll() is not None:
                raise RuntimeError(f"the operator ended: {self.log.read_text()[-2000:]}")
            return False

    def numbers(self, name):
        """A metric's values by its labels."""
        pattern = re.compile(rf"^{name}(?:{{(.*)}})? (\S+)$", re.MULTILINE)
        return {labels: float(value) for labels, value in pattern.findall(get(self.metrics))}

    def reconciles(self, controller):
        return sum(value for labels, value in self.numbers("controller_runtime_reconcile_total").items()
                   if f'controller="{controller}"' in labels)

    def depth(self, queue):
        return sum(value for labels, value in self.numbers("workqueue_depth").items() if f'name="{queue}"' in labels)

    def memory(self, field="VmRSS"):
        """Megabytes."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", text)[1]) / 1e3

    def cpu(self):
        """Seconds so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def allocations(self):
        return int.from_bytes(self.counter.read_bytes(), "little")

    def is_idle(self):
        """Whether the main queue stays empty for some seconds."""
        for _ in range(3):
            if self.depth("deepseekcluster") > 0:
                return False
            time.sleep(1)
        return True

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def running(part):
    try:
        yield part
    finally:
        part.stop()


def difference(before, after):
    return {key: after[key] - before.get(key, 0) for key in sorted(after) if after[key] != before.get(key, 0)}


def scale(programs, clusters=10_000, seconds=120, spread=60):
    """Many clusters: from nothing to served, a restart, a time without change, the same with a look every second, and then
    the load of all rises, one after the other."""
    with tempfile.TemporaryDirectory() as name, \
            running(ControlPlane(programs, pathlib.Path(name), clusters, 15)) as plane:
        folder = pathlib.Path(name)
        with running(Operator(programs, folder, plane.kubeconfig)) as operator:
            served = wait_for(lambda: plane.ready() == clusters, 1800, pause=2)
            result = {"served_s": served, "served_peak_mb": operator.memory("VmHWM")}
        with running(Operator(programs, folder, plane.kubeconfig)) as operator:
            result["synced_s"] = wait_for(operator.is_ready, 300)
            result["synced_mb"] = operator.memory()
            result["settled_s"] = wait_for(operator.is_idle, 1800, pause=1)
            result["seldom"] = steady(plane, operator, seconds)
            plane.sync(1)
            wait_for(operator.is_idle, 1800, pause=1)
            result["often"] = steady(plane, operator, seconds)
            return result | plane.latency(spread)


def steady(plane, operator, seconds):
    """What the operator does in a time without change."""
    start, queries, writes, cpu = time.perf_counter(), plane.queries(), plane.writes(), operator.cpu()
    runs = operator.reconciles("deepseekcluster"), operator.reconciles("autoscaling")
    time.sleep(seconds)
    main, ticks = (operator.reconciles(controller) - run
                   for controller, run in zip(("deepseekcluster", "autoscaling"), runs))
    return {
        "steady_cpu_s": operator.cpu() - cpu, "writes": difference(writes, plane.writes()),
        "queries": plane.queries() - queries, "steady_s": time.perf_counter() - start, "reconciles": main,
        "ticks": ticks, "steady_mb": operator.memory(), "steady_peak_mb": operator.memory("VmHWM"),
    }


def allocation_counter(folder):
    """A library that counts a program's allocations when it is preloaded."""
    library = folder / "liballocations.so"
    source = pathlib.Path(__file__).parent / "CAllocationCount"
    subprocess.run(["clang", "-shared", "-fPIC", "-O2", f"-I{source / 'include'}", "-o", library,
                    source / "AllocationCount.c"], check=True)
    return library


def latency(programs, clusters=1_000, spread=20):
    """Fewer clusters, looked at every second: how soon the replicas follow, and what a reconcile allocates."""
    with tempfile.TemporaryDirectory() as name, \
            running(ControlPlane(programs, pathlib.Path(name), clusters, 1)) as plane:
        folder = pathlib.Path(name)
        preload = allocation_counter(folder)
        with running(Operator(programs, folder, plane.kubeconfig, preload)) as operator:
            wait_for(lambda: plane.ready() == clusters, 600, pause=1)
            wait_for(operator.is_idle, 300, pause=1)
            before = operator.allocations(), operator.reconciles("autoscaling"), operator.reconciles("deepseekcluster")
            time.sleep(25)
            after = operator.allocations(), operator.reconciles("autoscaling"), operator.reconciles("deepseekcluster")
            allocations, ticks, main = (new - old for new, old in zip(after, before))
            result = {"allocations": allocations, "ticks": ticks, "reconciles": main}
            return result | plane.latency(spread)

