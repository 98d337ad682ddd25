public import HTTPTransport
public import KubeCore

/// Why a request to the API server failed.
public enum KubeError: Error, Sendable {
    /// The server answered with a failure.
    case api(Status)
    /// There is no answer.
    case transport(TransportError)
    /// The server's answer is not what was asked for.
    case decoding(DecodingFailure)
    /// The configuration or its credentials cannot be used.
    case configuration(ConfigurationError)
    /// The request makes no sense as it was put, and was not sent.
    case invalidRequest(String)
}

extension KubeError {
    /// The server's Status, when it answered.
    public var status: Status? {
        guard case .api(let status) = self else { return nil }
        return status
    }

    public var isNotFound: Bool { status?.isNotFound ?? false }
    /// An update or precondition lost against another writer.
    public var isConflict: Bool { status?.isConflict ?? false }
    public var isAlreadyExists: Bool { status?.isAlreadyExists ?? false }
    /// The resourceVersion or continue token is too old: list again.
    public var isExpired: Bool { status?.isExpired ?? false }
    public var isForbidden: Bool { status?.isForbidden ?? false }
    public var isInvalid: Bool { status?.isInvalid ?? false }
    public var isUnauthorized: Bool { status?.code == 401 }
    public var isTooManyRequests: Bool { status?.isTooManyRequests ?? false }

    /// The calling task was cancelled.
    public var isCancelled: Bool {
        guard case .transport(let error) = self else { return false }
        return error.kind == .cancelled
    }

    /// Whether the same request may succeed later.
    public var isTransient: Bool {
        switch self {
        case .api(let status): status.isTooManyRequests || (status.code ?? 0) >= 500
        case .transport: !isCancelled
        case .decoding, .configuration, .invalidRequest: false
        }
    }
}

extension KubeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .api(let status): status.description
        case .transport(let error): error.description
        case .decoding(let failure): failure.description
        case .configuration(let error): error.description
        case .invalidRequest(let message): "invalid request: \(message)"
        }
    }
}
