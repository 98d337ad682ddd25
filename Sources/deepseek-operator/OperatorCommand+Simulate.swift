import DeepSeekAPI
import FoundationEssentials
import KubeClient
import Operator
import Simulation
import TrafficModel

extension OperatorCommand {
    /// A file that cannot be read or written, or what is wrong in it.
    private struct FileFailure: Error, CustomStringConvertible {
        var description: String
    }

    /// Plays a trace under settings, prints the table, and writes the files that were asked for.
    static func simulate(_ arguments: [String]) async throws {
        let options = try SimulationOptions(arguments: arguments, environment: ProcessInfo.processInfo.environment)
        if options.showsHelp { return print(SimulationOptions.help) }
        let trace = try trace(options)
        let run = SimulationRun(trace, settings: try await settings(options), options: options)
        let outcomes = run.outcomes { printError("deepseek-operator: \($0)") }
        print(SimulationTable(outcomes).text, terminator: "")
        if let path = options.csv { try write(SimulationCSV.text(outcomes), to: path) }
        if let path = options.report {
            let title = options.trace.split(separator: "/").last.map(String.init) ?? options.trace
            try write(ReportPage(title, run: run, outcomes: outcomes).html, to: path)
        }
    }

    private static func trace(_ options: SimulationOptions) throws -> TrafficTrace {
        let text = try read(options.trace)
        do throws(TraceError) {
            let trace = try TrafficTrace(
                csv: text, promptTokens: options.promptTokens,
                generatedTokens: options.generatedTokens)
            guard let mean = options.meanRate, trace.requests > 0 else { return trace }
            return trace.scaled(by: mean * Double(trace.seconds.count) / trace.requests)
        } catch {
            throw FileFailure(description: "\(options.trace): \(error)")
        }
    }

    private static func settings(_ options: SimulationOptions) async throws -> [SimulatedSetting] {
        var settings: [SimulatedSetting] = []
        for path in options.settings { settings.append(try SimulatedSetting(try read(path), name: path)) }
        if let resource = options.resource {
            let parts = resource.split(separator: "/").map(String.init)
            var connection = OperatorOptions()
            connection.kubeconfig = options.kubeconfig
            connection.context = options.context
            try await withClient(connection) { client in
                let api = Api<DeepSeekCluster>(client, namespace: parts[0])
                settings.append(try SimulatedSetting(try await api.get(parts[1]), name: resource))
            }
        }
        if let target = options.target {
            settings.append(SimulatedSetting(target: target, bounds: options.minReplicas...options.maxReplicas))
        }
        return settings
    }

    private static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFailure(description: "\(path) cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw FileFailure(description: "\(path) is not UTF-8")
        }
        return text
    }

    private static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path))
        } catch {
            throw FileFailure(description: "\(path) cannot be written: \(error)")
        }
    }
}
