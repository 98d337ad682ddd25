import Operator
import Simulation
import Testing
import TrafficModel

@Suite struct SimulationOptionsTests {
    @Test(
        arguments: [
            ([], "simulate needs a trace"), (["a.csv"], "simulate needs a setting"),
            (["a.csv", "b.csv", "--target=1"], "unexpected argument 'b.csv'"),
            (["a.csv", "--target", "0"], "--target: '0' is not valid"),
            (["a.csv", "--target", "nan"], "--target: 'nan' is not valid"),
            (["a.csv", "--target=1", "--rules", "hpa,foo"], "--rules: 'hpa,foo' is not valid"),
            (["a.csv", "--target=1", "--load-seconds", "-1"], "--load-seconds: '-1' is not valid"),
            (["a.csv", "--target=1", "--gpus", "2.5"], "--gpus: '2.5' is not valid"),
            (["a.csv", "--resource", "r1"], "--resource: 'r1' is not valid; expected NAMESPACE/NAME"),
            (["a.csv", "--settings", ","], "--settings: ',' is not valid"),
            (["a.csv", "--target=1", "--min-replicas=9", "--max-replicas=8"], "--min-replicas must not be above"),
            (["a.csv", "--tarjet", "1"], "unknown flag --tarjet"),
        ] as [([String], String)])
    func whatIsWrongIsNamed(arguments: [String], problem: String) throws {
        let error = try #require(throws: UsageError.self) {
            try SimulationOptions(arguments: arguments, environment: [:])
        }
        #expect(error.description.hasPrefix(problem), "\(error)")
    }

    @Test func flagsReachTheirOptions() throws {
        let options = try SimulationOptions(
            arguments: ["t.csv", "--settings=a.yaml,b.yaml", "--rules=kpa", "--concurrency", "8", "--mean-rate=5"],
            environment: ["KUBECONFIG": "k"])
        #expect(options.trace == "t.csv" && options.settings == ["a.yaml", "b.yaml"])
        #expect(options.yardsticks == [.kpa] && options.pod.maxConcurrent == 8)
        #expect(options.meanRate == 5 && options.kubeconfig == "k")
    }
}
