import Simulation
import Testing

@Suite struct SimulatedSettingTests {
    static let autoscaling = """
        minReplicas: 2
        maxReplicas: 9
        metrics:
          - type: External
            external: {metric: {name: rps}, target: {type: AverageValue, averageValue: "1500m"}}
        """

    @Test func anAutoscalingSectionIsEnough() throws {
        let setting = try SimulatedSetting(Self.autoscaling, name: "a")
        #expect(setting.target == 1.5 && setting.bounds == 2...9)
        let nested = Self.autoscaling.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        let whole = try SimulatedSetting("spec:\n  autoscaling:\n\(nested)", name: "b")
        #expect(whole.target == 1.5 && whole.bounds == 2...9)
    }

    @Test(
        arguments: [
            (": :", "a: "), ("[]", "a: it is no DeepSeekCluster"), ("spec: {}", "a: it is no DeepSeekCluster"),
            ("{maxReplicas: 3, metrics: []}", "a: maxReplicas, minReplicas and metrics with a target are needed"),
            (
                autoscaling.replacing("AverageValue", with: "Value").replacing("averageValue", with: "value"),
                "a: exactly one metric with a positive AverageValue is needed"
            ),
            (autoscaling.replacing("1500m", with: "0"), "a: exactly one metric with a positive AverageValue"),
            (autoscaling.replacing("minReplicas: 2", with: "minReplicas: 20"), "a: minReplicas must be 0 or more"),
            (autoscaling.replacing("maxReplicas: 9", with: "maxReplicas: 99999999999"), "a: maxReplicas"),
        ] as [(String, String)])
    func whatIsWrongIsNamed(text: String, problem: String) throws {
        let error = try #require(throws: SettingError.self) { try SimulatedSetting(text, name: "a") }
        #expect(error.description.hasPrefix(problem), "\(error)")
    }
}
