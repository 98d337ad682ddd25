import Operator
import Telemetry
import Testing

@Suite struct OperatorOptionsTests {
    @Test func defaultsAreThoseOfTheEcosystem() throws {
        let options = try OperatorOptions(arguments: [], environment: [:])
        #expect(options.metricsAddress == BindAddress(host: "0.0.0.0", port: 8080))
        #expect(options.probeAddress == BindAddress(host: "0.0.0.0", port: 8081))
        #expect(!options.leaderElection.isEnabled)
        #expect(options.namespaces.isEmpty)
    }

    @Test func flagsAreReadInEveryForm() throws {
        let options = try OperatorOptions(
            arguments: [
                "--kubeconfig", "/tmp/k", "-namespaces=a,b", "--namespace=c", "--leader-elect",
                "--leader-election-lease-duration=1m30s", "--metrics-bind-address=0",
                "--health-probe-bind-address=[::1]:0", "--log-level=debug", "--log-format", "json",
            ], environment: [:])
        #expect(options.kubeconfig == "/tmp/k")
        #expect(options.namespaces == ["a", "b", "c"])
        #expect(options.leaderElection.isEnabled)
        #expect(options.leaderElection.leaseDuration == .seconds(90))
        #expect(options.metricsAddress == nil)
        #expect(options.probeAddress == BindAddress(host: "::1", port: 0))
        #expect(options.logLevel == .debug)
        #expect(options.logFormat == .json)
    }

    @Test func flagsWinOverTheEnvironment() throws {
        let environment = ["DEEPSEEK_OPERATOR_LOG_LEVEL": "error", "WATCH_NAMESPACE": "a", "POD_NAMESPACE": "system"]
        let options = try OperatorOptions(arguments: ["--log-level=debug"], environment: environment)
        #expect(options.logLevel == .debug)
        #expect(options.namespaces == ["a"])
        #expect(options.leaderElection.namespace == "system")
    }

    /// Each names the flag and what would be right.
    @Test(arguments: [
        (["--nope"], "unknown flag --nope"),
        (["--log"], "did you mean --log-level?"),
        (["---log-level=info"], "unknown flag"),
        (["--kubeconfig"], "--kubeconfig needs a value: --kubeconfig=PATH"),
        (["--kubeconfig="], "a path"),
        (["--leader-elect=yes"], "neither true nor false"),
        (["--log-level=loud"], "debug, info, warning or error"),
        (["--log-format=xml"], "text or json"),
        (["--metrics-bind-address=8080"], "an address such as :8080"),
        (["--metrics-bind-address=:99999"], "an address such as :8080"),
        (["--health-probe-bind-address=::1:80"], "an address such as :8080"),
        (["--concurrent-reconciles=0"], "a number from 1 to 256"),
        (["--concurrent-reconciles=99999999999999999999"], "a number from 1 to 256"),
        (["--leader-election-lease-duration=15"], "a duration such as 15s"),
        (["--leader-election-lease-duration=-15s"], "a duration such as 15s"),
        (["--leader-election-lease-duration=9s"], "must be longer than --leader-election-renew-deadline"),
        (["--leader-election-renew-deadline=2s"], "must be longer than 1.2 times --leader-election-retry-period"),
        (["--namespaces=A_B"], "names of namespaces"),
        (["--namespaces=,"], "names of namespaces"),
        (["--leader-election-id=Not_A_Name"], "a lower-case name"),
        (["--shutdown-grace-period=1y"], "a duration such as 15s"),
        (["extra"], "unexpected argument 'extra'"),
    ])
    func badFlagsAreNamed(arguments: [String], message: String) {
        let error = #expect(throws: UsageError.self) { try OperatorOptions(arguments: arguments, environment: [:]) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func badVariablesAreNamed() {
        let error = #expect(throws: UsageError.self) {
            try OperatorOptions(arguments: [], environment: ["DEEPSEEK_OPERATOR_LOG_LEVEL": "loud"])
        }
        #expect(error?.description.contains("environment variable DEEPSEEK_OPERATOR_LOG_LEVEL") == true)
    }

    @Test func helpNamesEveryFlag() {
        for flag in ["kubeconfig", "namespaces", "leader-elect", "metrics-bind-address", "log-level", "help"] {
            #expect(OperatorOptions.help.contains("--\(flag)"))
        }
    }
}
