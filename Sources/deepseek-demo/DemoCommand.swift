import Base
import FoundationEssentials
import Glibc
import Operator
import Telemetry

// deepseek-demo: the operator against a control plane in memory, under a load that comes and goes.
//
//   Demo.swift    starts all parts and ends them together
//   World/        the simulated control plane, its nodes, its traffic and the resource that is applied
//   Display/      what is shown: a picture in a terminal, lines elsewhere

@main
enum DemoCommand {
    static func main() async {
        // Before any thread is made, so that every thread inherits the mask and only the waiting one gets the signals.
        ShutdownSignal.handle()
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch let error as UsageError {
            printError("deepseek-demo: \(error)")
            exit(2)
        } catch {
            printError("deepseek-demo: \(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        let options = try DemoOptions(arguments: arguments)
        if options.showsHelp { return print(DemoOptions.help) }
        let demo = Task { try await Demo(options).run() }
        ShutdownSignal.wait { _ in demo.cancel() }
        try await demo.value
    }

    private static func printError(_ text: String) {
        FileDescriptorSink(2).write(Array((text + "\n").utf8))
    }
}
