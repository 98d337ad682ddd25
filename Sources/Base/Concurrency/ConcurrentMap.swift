/// Transforms elements side by side, at most `width` at a time. The results are in the order of the elements.
///
/// The first error cancels what is under way, and is thrown once that has ended.
public func concurrentMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], width: Int, _ transform: @escaping @Sendable (Element) async throws -> Result
) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var results = [Result?](repeating: nil, count: elements.count)
        var started = 0
        func startNext() {
            guard started < elements.count else { return }
            let (index, element) = (started, elements[started])
            started += 1
            group.addTask { (index, try await transform(element)) }
        }
        for _ in 0..<max(1, width) { startNext() }
        while let (index, result) = try await group.next() {
            results[index] = result
            startNext()
        }
        return results.compactMap(\.self)
    }
}
