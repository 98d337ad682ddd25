/// A binary min-heap.
public struct Heap<Element: Comparable> {
    private var elements: [Element] = []

    public init() {}

    public var first: Element? { elements.first }
    public var count: Int { elements.count }

    public mutating func insert(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard elements[child] < elements[parent] else { return }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    public mutating func popFirst() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let first = elements.first else { return last }
        elements[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < elements.count && elements[child] < elements[smallest] {
                smallest = child
            }
            guard smallest != parent else { return first }
            elements.swapAt(parent, smallest)
            parent = smallest
        }
    }

    /// Leaves only the elements that `isKept` says.
    public mutating func filter(_ isKept: (Element) -> Bool) {
        // What is sorted is a heap.
        elements = elements.filter(isKept).sorted()
    }
}
