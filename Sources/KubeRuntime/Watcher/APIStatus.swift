import KubeClient
public import KubeCore

/// The server's `Status`, when an error carries one.
public func apiStatus(of error: any Error) -> Status? {
    (error as? KubeError)?.status ?? error as? Status
}
