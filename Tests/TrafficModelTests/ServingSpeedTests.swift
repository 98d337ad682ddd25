import FoundationEssentials
import Testing

@testable import TrafficModel

@Suite struct ServingSpeedTests {
    struct Measurement {
        var prompt: Double
        var batch: Double
        var prefill: Double
        var step: Double
    }

    static func measurements() throws -> [Measurement] {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(tests)/Fixtures/pod-model/llama2-70b-2xa100.csv"
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        return try text.split(separator: "\n").dropFirst().map { line in
            let fields = try line.split(separator: ",").map { try #require(Double($0)) }
            return Measurement(prompt: fields[0], batch: fields[1], prefill: fields[2] / 1000, step: fields[3] / 1000)
        }
    }

    @Test func theDefaultsFitTheMeasurements() throws {
        let speed = ServingSpeed()
        let measured = try Self.measurements()
        #expect(measured.count == 13)
        for run in measured where run.batch == 1 {
            let error = speed.prefill(promptTokens: run.prompt) / run.prefill - 1
            #expect(abs(error) < 0.07, "prompt of \(run.prompt): \(error)")
        }
        for run in measured where run.prompt == 512 {
            let error = speed.step(sequences: run.batch) / run.step - 1
            #expect(abs(error) < 0.10, "batch of \(run.batch): \(error)")
        }
    }

    @Test func aRequestCostsItsPrefillAndItsShareOfTheSteps() {
        let speed = ServingSpeed(
            prefillBase: 0.1, prefillPerToken: 0.001, stepBase: 0.04, stepPerSequence: 0.001, maxConcurrent: 10)
        #expect(abs(speed.cost(promptTokens: 100, generatedTokens: 50) - (0.2 + 50 * 0.05 / 10)) < 1e-12)
        #expect(abs(speed.residence(generatedTokens: 50) - 2.5) < 1e-12)
    }

    @Test func promptsWaitForEachOtherOnABusyPod() {
        func wait(_ requests: Double, pods: Int) -> Double {
            var prompts = PromptLoad()
            prompts.add(0.5, requests: requests)
            return prompts.wait(pods: pods)
        }
        #expect(wait(0, pods: 1) == 0)
        // Pollaczek-Khinchine for an M/D/1 queue that is busy half of the time: half of half the prompt's time by the rest.
        #expect(abs(wait(1, pods: 1) - 0.25) < 1e-12)
        #expect(wait(1.5, pods: 1) > wait(1, pods: 1))
        #expect(wait(1000, pods: 1000) < 1e-3)
        #expect(wait(1e9, pods: 1).isFinite)
    }

    @Test func numbersThatAreNoTimesAreMovedToOnesThatAre() {
        let speed = ServingSpeed(
            prefillBase: .nan, prefillPerToken: -1, stepBase: 0, stepPerSequence: .infinity, maxConcurrent: 0, gpus: -1)
        #expect(speed.maxConcurrent == 1 && speed.gpus == 0)
        #expect(speed.cost(promptTokens: 0, generatedTokens: 1) > 0)
        #expect(speed.cost(promptTokens: 0, generatedTokens: 1).isFinite)
    }
}
