internal import KubeCore

/// The preStop hook: wait until endpoints have spread, then until nothing is in flight or the drain time is over.
///
/// It runs before SIGTERM, so that it drains every engine alike: vLLM aborts streams on SIGTERM, TensorRT-LLM forgets
/// them, SGLang waits without bound.
struct DrainHook {
    var signal: DrainSignal
    var port: Int
    /// Seconds for the Service's endpoints to spread.
    var preStopSeconds: Int
    /// Seconds for streams in flight.
    var drainSeconds: Int

    var json: JSONValue {
        let command: [String] =
            switch signal {
            case .processItself: ["sleep", "\(preStopSeconds)"]
            case .metrics(let path, let gauges): ["python3", "-c", wait(until: metricsProbe(path, gauges))]
            case .connections: ["python3", "-c", wait(until: connectionsProbe)]
            }
        return ["exec": ["command": JSONValue(command)]]
    }

    private func wait(until probe: String) -> String {
        """
        import time
        time.sleep(\(preStopSeconds))
        deadline = time.monotonic() + \(drainSeconds)
        \(probe)
        while time.monotonic() < deadline and in_flight() > 0:
            time.sleep(1)
        """
    }

    /// An engine that does not answer counts as idle only once its process is gone: refused, not slow.
    private func metricsProbe(_ path: String, _ gauges: [String]) -> String {
        let names = gauges.map { "'\($0)'" }.joined(separator: ", ")
        return """
            import urllib.error, urllib.request
            def in_flight():
                try:
                    url = 'http://127.0.0.1:\(port)\(path)'
                    text = urllib.request.urlopen(url, timeout=5).read().decode()
                except urllib.error.URLError as error:
                    return 0 if isinstance(error.reason, ConnectionRefusedError) else 1
                except OSError:
                    return 1
                lines = [l for l in text.splitlines() if l.startswith((\(names)))]
                return sum(float(l.rsplit(None, 1)[-1]) for l in lines)
            """
    }

    private var connectionsProbe: String {
        let hexadecimalPort = String(port, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: max(0, 4 - hexadecimalPort.count)) + hexadecimalPort
        return """
            def in_flight():
                count = 0
                for table in ('/proc/net/tcp', '/proc/net/tcp6'):
                    try:
                        rows = open(table).read().splitlines()[1:]
                    except FileNotFoundError:
                        continue
                    fields = [row.split() for row in rows]
                    count += sum(f[1].endswith(':\(padded)') and f[3] == '01' for f in fields)
                return count
            """
    }
}
