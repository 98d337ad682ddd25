import Testing

@testable import KubeRuntime

@Suite struct RecencyTableTests {
    @Test func forgetsWhatWasNotSetForLongest() {
        var table = RecencyTable<Int, String>(limit: 4)
        for key in 0..<4 { table[key] = "\(key)" }
        table[0] = "again"
        table[4] = "4"
        #expect(table.count == 4)
        #expect(table[1] == nil)
        #expect(table[0] == "again" && table[4] == "4")
    }

    @Test func keepsWhatItMayNotForget() {
        var table = RecencyTable<Int, Bool>(limit: 8) { $0 }
        for key in 0..<8 { table[key] = key >= 4 }
        for key in 8..<100 { table[key] = true }
        #expect(table.count == 8)
        #expect((0..<4).allSatisfy { table[$0] == false })
    }
}
