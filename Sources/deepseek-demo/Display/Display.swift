/// Where the demo is shown.
protocol Display: Sendable {
    /// The time between two snapshots.
    var period: Duration { get }

    func show(_ snapshot: Snapshot)

    /// Leaves everything as it was found. Called once, at the end.
    func close()
}

/// What is said of how to look in from outside.
enum Invitation {
    static func lines(kubeconfig: String) -> [String] {
        [
            "kubectl --kubeconfig \(kubeconfig) get dsc,pods",
            "kubectl --kubeconfig \(kubeconfig) get pods --watch",
        ]
    }
}
