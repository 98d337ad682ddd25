// An engine's metrics: whatever the bytes, the parser ends, and keeps no more than it was asked for.
// rooms: Engines

import DeepSeekAPI
import Engines

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzExposition(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var limits = ExpositionText.Limits()
    (limits.samples, limits.labels) = (100, 8)
    if let text = try? ExpositionText(parsing: bytes, keeping: ["a", "b:c"], limits: limits) {
        precondition(
            text.samples.count <= 100 && text.samples.allSatisfy { $0.labels.count <= 8 }, "a limit was passed")
        precondition(text.samples.allSatisfy { $0.name == "a" || $0.name == "b:c" }, "a metric that nobody wanted")
    }
    for type in EngineType.allCases {
        guard let reading = try? inferenceEngine(type).metrics?.read(bytes) else { continue }
        precondition(reading.inFlight.map { $0 >= 0 } ?? true, "requests in flight below 0")
        for histogram in [reading.timeToFirstToken, reading.latency].compactMap(\.self) {
            let quantiles = [0, 0.5, 0.99, 1].compactMap(histogram.quantile)
            precondition(quantiles == quantiles.sorted(), "quantiles fall")
        }
    }
    return 0
}
