/// One command-line flag, what it does to the options, and the line of help that it has.
package struct Flag<Options>: Sendable {
    /// Without the dashes.
    var name: String
    /// What stands for the value in the help; nil for a switch, which takes `--name` and `--name=false`.
    var placeholder: String?
    var help: String
    /// Environment variables that set it when the flag is absent, the first that is there. Flags win over them.
    var environment: [String] = []
    /// Takes the value over. Returns what would be right when the value is not.
    var apply: @Sendable (_ value: String, _ options: inout Options) -> String?

    package init(
        name: String, placeholder: String? = nil, help: String, environment: [String] = [],
        apply: @escaping @Sendable (_ value: String, _ options: inout Options) -> String?
    ) {
        self.name = name
        self.placeholder = placeholder
        self.help = help
        self.environment = environment
        self.apply = apply
    }
}

/// A command line that cannot be understood. The description names the flag and what would be right.
public struct UsageError: Error, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// Reads flags in the way of Go's tools: `--name value`, `--name=value`, one dash or two.
package struct FlagParser<Options>: Sendable {
    var flags: [Flag<Options>]

    package init(flags: [Flag<Options>]) { self.flags = flags }

    /// Applies the environment, then the arguments. Returns what is no flag, in order. Errors: unknown flags, missing
    /// and wrong values, each named.
    package func parse(
        _ arguments: some Collection<String>, environment: [String: String], into options: inout Options
    ) throws(UsageError) -> [String] {
        for flag in flags {
            guard let name = flag.environment.first(where: { environment[$0]?.isEmpty == false }),
                let value = environment[name]
            else { continue }
            try apply(flag, value, source: "environment variable \(name)", to: &options)
        }
        var operands: [String] = []
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return operands + rest }
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                continue
            }
            try parse(argument, rest: &rest, into: &options)
        }
        return operands
    }

    private func parse(
        _ argument: String, rest: inout ArraySlice<String>, into options: inout Options
    ) throws(UsageError) {
        let text = argument.drop { $0 == "-" }
        let name = String(text.prefix { $0 != "=" })
        guard argument.count - text.count <= 2, let flag = flags.first(where: { $0.name == name }) else {
            throw UsageError("unknown flag \(argument.prefix { $0 != "=" })\(suggestion(for: name))")
        }
        if text.count > name.count {
            return try apply(flag, String(text.dropFirst(name.count + 1)), source: "--\(name)", to: &options)
        }
        if flag.placeholder == nil { return try apply(flag, "true", source: "--\(name)", to: &options) }
        guard let value = rest.popFirst() else {
            throw UsageError("--\(name) needs a value: --\(name)=\(flag.placeholder ?? "")")
        }
        try apply(flag, value, source: "--\(name)", to: &options)
    }

    private func apply(
        _ flag: Flag<Options>, _ value: String, source: String, to options: inout Options
    ) throws(UsageError) {
        if flag.placeholder == nil, value != "true", value != "false" {
            throw UsageError("\(source): '\(value)' is neither true nor false")
        }
        if let expected = flag.apply(value, &options) {
            throw UsageError("\(source): '\(value)' is not valid; expected \(expected)")
        }
    }

    private func suggestion(for name: String) -> String {
        let close = flags.first { $0.name.hasPrefix(name) || name.hasPrefix($0.name) }
        return close.map { "; did you mean --\($0.name)?" } ?? "; --help lists them"
    }

    /// The list of flags for `--help`.
    package var help: String {
        flags.map { flag in
            let value = flag.placeholder.map { "=\($0)" } ?? ""
            let environment = flag.environment.isEmpty ? "" : " [\(flag.environment.joined(separator: ", "))]"
            return "  --\(flag.name)\(value)\n        \(flag.help)\(environment)"
        }.joined(separator: "\n")
    }
}
