internal import Operator
internal import TrafficModel

extension SimulationOptions {
    static let parser = FlagParser<SimulationOptions>(
        flags: trafficFlags + settingFlags + podFlags + outputFlags + [
            Flag(name: "help", help: "Print this help.") { value, options in
                options.showsHelp = value == "true"
                return nil
            }
        ])

    private static let trafficFlags = [
        number("mean-rate", "Scale the trace to so many requests a second in the mean.", 0.001...1e9) {
            $0.meanRate = $1
        },
        number("prompt-tokens", "Tokens of a prompt, where the trace does not say. Default 1155.", 0...1e6) {
            $0.promptTokens = $1
        },
        number("generated-tokens", "Tokens of an answer, where the trace does not say. Default 211.", 0...1e6) {
            $0.generatedTokens = $1
        },
        number("slo-seconds", "Seconds to the first token that a request may take. Default 2.5.", 0...3600) {
            $0.sloSeconds = $1
        },
        whole("timeout-seconds", "Seconds after which a client gives up. Default 60.", 1...86_400) {
            $0.timeoutSeconds = $1
        },
        whole("metric-window-seconds", "Seconds over which the metric is a mean. Default 60.", 1...3600) {
            $0.metricWindowSeconds = $1
        },
    ]

    private static let settingFlags = [
        Flag<SimulationOptions>(
            name: "settings", placeholder: "FILE,...",
            help: "YAML files with settings: a DeepSeekCluster, or what is under spec.autoscaling."
        ) { value, options in
            options.settings += value.split(separator: ",").map(String.init)
            return value.contains { $0 != "," } ? nil : "names of files, separated by commas"
        },
        Flag<SimulationOptions>(
            name: "resource", placeholder: "NAMESPACE/NAME",
            help: "Try the setting of this DeepSeekCluster; it is read and not touched."
        ) { value, options in
            options.resource = value
            let parts = value.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } ? nil : "NAMESPACE/NAME"
        },
        text("kubeconfig", "FILE", "The kubeconfig for --resource.", environment: ["KUBECONFIG"]) {
            $0.kubeconfig = $1
        },
        text("context", "NAME", "The kubeconfig's context for --resource.") { $0.context = $1 },
        number("target", "Try a setting with so many requests a second for each replica, and defaults.", 0.001...1e9) {
            $0.target = $1
        },
        whole("min-replicas", "For --target. Default 1.", 0...100_000) { $0.minReplicas = $1 },
        whole("max-replicas", "For --target. Default 100.", 1...100_000) { $0.maxReplicas = $1 },
        Flag<SimulationOptions>(
            name: "rules", placeholder: "RULE,...",
            help: "What runs beside the settings: hpa, kpa, instant, clairvoyant, or none. Default all."
        ) { value, options in
            options.yardsticks = []
            for name in value.split(separator: ",") where name != "none" {
                guard let rule = Yardstick(rawValue: String(name)) else {
                    return "hpa, kpa, instant, clairvoyant or none"
                }
                if !options.yardsticks.contains(rule) { options.yardsticks.append(rule) }
            }
            return nil
        },
    ]

    private static let podFlags = [
        whole("load-seconds", "Seconds from asked for to ready. Default 130.", 0...86_400) { $0.loadSeconds = $1 },
        whole("initial-replicas", "Ready at the beginning. Default: what the first minute needs.", 0...100_000) {
            $0.initialReplicas = $1
        },
        number("prefill-seconds", "Seconds of a prompt beside its tokens. Default 0.0329.", 0...3600) {
            $0.pod.prefillBase = $1
        },
        number("prefill-token-seconds", "Seconds of each token of a prompt. Default 0.000337.", 0...3600) {
            $0.pod.prefillPerToken = $1
        },
        number("step-seconds", "Seconds of a step beside its sequences. Default 0.0594.", 1e-6...3600) {
            $0.pod.stepBase = $1
        },
        number("step-sequence-seconds", "Seconds of each sequence in a step. Default 0.000183.", 0...3600) {
            $0.pod.stepPerSequence = $1
        },
        whole("concurrency", "Sequences that a pod runs at a time. Default 64.", 1...100_000) {
            $0.pod.maxConcurrent = $1
        },
        whole("gpus", "GPUs of a pod. Default 2.", 0...10_000) { $0.pod.gpus = $1 },
    ]

    private static let outputFlags = [
        text("csv", "FILE", "Write what happened in each minute, or in each of 1,000 parts of a long trace.") {
            $0.csv = $1
        },
        text("report", "FILE.html", "Write a page with plots.") { $0.report = $1 },
    ]

    // MARK: - Kinds of flags

    private static func number(
        _ name: String, _ help: String, _ range: ClosedRange<Double>,
        _ set: @escaping @Sendable (inout SimulationOptions, Double) -> Void
    ) -> Flag<SimulationOptions> {
        Flag(name: name, placeholder: "NUMBER", help: help) { value, options in
            guard let number = Double(value), range.contains(number) else {
                return "a number from \(range.lowerBound) to \(range.upperBound)"
            }
            set(&options, number)
            return nil
        }
    }

    private static func whole(
        _ name: String, _ help: String, _ range: ClosedRange<Int>,
        _ set: @escaping @Sendable (inout SimulationOptions, Int) -> Void
    ) -> Flag<SimulationOptions> {
        Flag(name: name, placeholder: "N", help: help) { value, options in
            guard let number = Int(value), range.contains(number) else {
                return "a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
            set(&options, number)
            return nil
        }
    }

    private static func text(
        _ name: String, _ placeholder: String, _ help: String, environment: [String] = [],
        _ set: @escaping @Sendable (inout SimulationOptions, String) -> Void
    ) -> Flag<SimulationOptions> {
        Flag(name: name, placeholder: placeholder, help: help, environment: environment) { value, options in
            set(&options, value)
            return value.isEmpty ? "a text" : nil
        }
    }
}
