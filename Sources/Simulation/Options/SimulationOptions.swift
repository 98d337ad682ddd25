public import Operator
public import TrafficModel

/// What `deepseek-operator simulate` is told on its command line.
public struct SimulationOptions: Sendable, Equatable {
    /// What runs beside the settings, with the first setting's target and bounds.
    public enum Yardstick: String, Sendable, CaseIterable {
        case hpa, kpa, instant, clairvoyant
    }

    /// The CSV file.
    public var trace = ""
    /// Requests a second that the trace is scaled to in the mean.
    public var meanRate: Double?
    /// Files with settings.
    public var settings: [String] = []
    /// `NAMESPACE/NAME` of a resource in the cluster.
    public var resource: String?
    public var target: Double?
    public var minReplicas = 1
    public var maxReplicas = 100
    public var yardsticks = Yardstick.allCases
    public var pod = ServingSpeed()
    public var loadSeconds = 130
    /// nil: what the first minute needs.
    public var initialReplicas: Int?
    public var promptTokens = 1155.0
    public var generatedTokens = 211.0
    public var sloSeconds = 2.5
    public var timeoutSeconds = 60
    public var metricWindowSeconds = 60
    public var csv: String?
    public var report: String?
    public var kubeconfig: String?
    public var context: String?
    public var showsHelp = false

    public init() {}

    /// Reads the command line. Errors: `UsageError`, naming the flag and what would be right.
    public init(arguments: some Collection<String>, environment: [String: String]) throws(UsageError) {
        self.init()
        let operands = try Self.parser.parse(arguments, environment: environment, into: &self)
        if showsHelp { return }
        guard let trace = operands.first else { throw UsageError("simulate needs a trace: simulate TRACE.csv [FLAGS]") }
        if operands.count > 1 { throw UsageError("unexpected argument '\(operands[1])'") }
        self.trace = trace
        if settings.isEmpty, resource == nil, target == nil {
            throw UsageError("simulate needs a setting: --settings, --resource or --target")
        }
        if minReplicas > maxReplicas { throw UsageError("--min-replicas must not be above --max-replicas") }
    }

    public static var help: String {
        """
        Usage: deepseek-operator simulate TRACE.csv [FLAGS]

        Plays a trace over pods in virtual time, under autoscaling settings and yardsticks beside them. The trace is a CSV:
        TIMESTAMP,ContextTokens,GeneratedTokens, an arrival a line; or second,requests[,promptTokens,generatedTokens], a
        second a line. The pod model's defaults are those of llama2-70b on two A100 80GB (docs/simulation.md).

        Flags:
        \(parser.help)
        """
    }
}
