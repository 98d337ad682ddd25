internal import COpenSSL
internal import Glibc

/// The TLS side of one connection, over its non-blocking socket. Used by the event loop's thread only.
final class TLSSession {
    private let pointer: OpaquePointer
    /// OpenSSL forbids everything, the closing alert included, after a fatal error.
    private var isBroken = false

    /// A session that waits for the client's hello; nil when memory is lacking.
    init?(context: TLSContext, descriptor: Int32) {
        guard let pointer = SSL_new(context.pointer) else {
            ERR_clear_error()
            return nil
        }
        self.pointer = pointer
        guard SSL_set_fd(pointer, descriptor) == 1 else {
            ERR_clear_error()
            // `deinit` frees the session: all members are set.
            return nil
        }
        SSL_set_accept_state(pointer)
    }

    deinit { SSL_free(pointer) }

    /// Goes on with the handshake; `.bytes(0)` when it is complete.
    func handshake() -> Transport.Outcome {
        ERR_clear_error()
        let result = SSL_do_handshake(pointer)
        return result == 1 ? .bytes(0) : outcome(result)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Outcome {
        ERR_clear_error()
        var count = 0
        let result = SSL_read_ex(pointer, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? .bytes(count) : outcome(result)
    }

    func write(_ buffer: UnsafeRawBufferPointer) -> Transport.Outcome {
        ERR_clear_error()
        var count = 0
        let result = SSL_write_ex(pointer, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? .bytes(count) : outcome(result)
    }

    /// Tells the client that the end is no attacker's cut.
    func sendCloseNotify() {
        guard !isBroken else { return }
        ERR_clear_error()
        SSL_shutdown(pointer)
    }

    /// Whether bytes of a record that was read already wait.
    var hasPending: Bool { SSL_has_pending(pointer) == 1 }

    /// The common name of the client's certificate, if it sent one; it was verified during the handshake.
    var peerCommonName: String? {
        guard let pointer = SSL_get1_peer_certificate(pointer) else { return nil }
        let certificate = OpenSSL.Certificate(owning: pointer)
        guard SSL_get_verify_result(self.pointer) == Int(X509_V_OK),
            let subject = X509_get_subject_name(certificate.pointer)
        else { return nil }
        let index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard index >= 0, let entry = X509_NAME_get_entry(subject, index),
            let data = X509_NAME_ENTRY_get_data(entry)
        else { return nil }
        var utf8: UnsafeMutablePointer<UInt8>?
        let count = ASN1_STRING_to_UTF8(&utf8, data)
        guard count >= 0, let utf8 else { return nil }
        defer { openssl_free(utf8) }
        return String(decoding: UnsafeBufferPointer(start: utf8, count: Int(count)), as: UTF8.self)
    }

    private func outcome(_ result: Int32) -> Transport.Outcome {
        switch SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ: return .wouldBlock(onWrite: false)
        case SSL_ERROR_WANT_WRITE: return .wouldBlock(onWrite: true)
        case SSL_ERROR_ZERO_RETURN: return .end
        default:
            isBroken = true
            ERR_clear_error()
            return .failed
        }
    }
}
