import FoundationEssentials
import Migration
import Testing

@Suite struct TableTests {
    @Test func everyRowIsTheOnlyOneOfItsKind() {
        for mode in MigrationRecord.Mode.allCases {
            let rows = TransitionTable.all.filter { $0.mode == nil || $0.mode == mode }.map {
                [$0.from.rawValue, $0.trigger.rawValue]
            }
            #expect(Set(rows).count == rows.count)
        }
    }

    @Test func everyStepIsReachedAndLeft() {
        for step in Step.allCases {
            #expect(TransitionTable.all.contains { $0.from == step })
            #expect(TransitionTable.all.contains { $0.to == step })
        }
    }

    private static let page: String = {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        return (try? String(contentsOfFile: root + "/docs/migration.md", encoding: .utf8)) ?? ""
    }()

    /// `swift run migration-search picture` prints the new one.
    @Test func thePictureInTheDocumentationIsThisTable() {
        #expect(Self.page.contains("```mermaid\n\(TransitionTable.mermaid)\n```"))
    }

    @Test func everyReasonIsDocumented() {
        let reasons =
            MigrationReason.allCases.map(\.rawValue) + Rejection.Reason.allCases.map(\.rawValue)
            + Pause.Reason.allCases.map(\.rawValue) + Step.allCases.map(\.rawValue)
            + MigrationOperation.Kind.allCases.map(\.rawValue)
        for reason in reasons { #expect(Self.page.contains("| `\(reason)` |"), "\(reason)") }
    }
}
