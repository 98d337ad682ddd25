import Operator

/// What the demo is told on its command line.
struct DemoOptions {
    /// Nil runs until a signal.
    var duration: Duration?
    var showsHelp = false

    /// Errors: `UsageError`, naming the flag and what would be right.
    init(arguments: [String]) throws(UsageError) {
        let operands = try Self.parser.parse(arguments, environment: [:], into: &self)
        if let operand = operands.first { throw UsageError("unexpected argument '\(operand)'; --help lists the flags") }
    }

    private static let parser = FlagParser<DemoOptions>(flags: [
        Flag(
            name: "duration", placeholder: "DURATION",
            help: "End by itself after so long: seconds, or 90s, 5m. Without it the demo runs until Ctrl-C."
        ) { value, options in
            let duration = Int(value).map { "\($0)s" } ?? value
            guard let duration = GoDuration.parse(duration), duration > .zero else {
                return "a time above 0 such as 60, 90s or 5m"
            }
            options.duration = duration
            return nil
        },
        Flag(name: "help", help: "Print this help.") { value, options in
            options.showsHelp = value == "true"
            return nil
        },
    ])

    static let help = """
        deepseek-demo shows how the operator scales inference pods with the load. It needs no cluster: the operator runs
        against a simulated control plane in this process, whose pods load, serve and drain on paper. A DeepSeekCluster
        is applied, and every 90 seconds the traffic goes from 60 to 540 requests a second and back. Then another version of
        the model is released, takes over, and is rolled back.

        Usage: deepseek-demo [FLAGS]

        Flags:
        \(parser.help)
        """
}
