internal import COpenSSL

/// Owners of OpenSSL's reference-counted objects, and what went wrong in its own words.
enum OpenSSL {
    /// The oldest error of this thread's queue, which is emptied. It names functions and causes, never key material.
    static func error(_ what: String) -> ServerError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return .tls(what) }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return .tls("\(what): \(reason)")
    }

    final class Certificate {
        let pointer: OpaquePointer
        init(owning pointer: OpaquePointer) { self.pointer = pointer }
        deinit { X509_free(pointer) }
    }

    final class Key {
        let pointer: OpaquePointer
        init(owning pointer: OpaquePointer) { self.pointer = pointer }
        deinit { EVP_PKEY_free(pointer) }
    }

    /// Memory that OpenSSL reads PEM from or writes it to.
    final class Memory {
        let pointer: OpaquePointer

        /// Empty, to be written.
        init() throws(ServerError) {
            guard let pointer = BIO_new(BIO_s_mem()) else { throw error("memory buffer") }
            self.pointer = pointer
        }

        /// A copy of the text, to be read.
        init(_ text: String) throws(ServerError) {
            let bytes = Array(text.utf8)
            guard let count = Int32(exactly: bytes.count), let pointer = BIO_new(BIO_s_mem()),
                BIO_write(pointer, bytes, count) == count
            else { throw error("memory buffer") }
            self.pointer = pointer
        }

        deinit { BIO_free(pointer) }

        /// What was written.
        var text: String {
            var bytes: UnsafeMutablePointer<CChar>?
            let count = openssl_memory(pointer, &bytes)
            guard let bytes, count > 0 else { return "" }
            let buffer = UnsafeRawBufferPointer(start: bytes, count: count)
            return String(decoding: buffer, as: UTF8.self)
        }
    }

    /// All certificates of a PEM text, in order.
    ///
    /// - Throws: when there is none.
    static func certificates(_ pem: String, _ what: String) throws(ServerError) -> [Certificate] {
        let memory = try Memory(pem)
        var found: [Certificate] = []
        while let pointer = PEM_read_bio_X509(memory.pointer, nil, nil, nil) {
            found.append(Certificate(owning: pointer))
        }
        guard !found.isEmpty else { throw error("\(what) holds no PEM certificate") }
        // The reader's last act is to fail at the end of the text.
        ERR_clear_error()
        return found
    }

    /// The private key of a PEM text.
    static func key(_ pem: String) throws(ServerError) -> Key {
        let memory = try Memory(pem)
        // An empty pass phrase instead of a prompt on the terminal.
        guard let pointer = PEM_read_bio_PrivateKey(memory.pointer, nil, { _, _, _, _ in 0 }, nil) else {
            throw error("the private key is no unencrypted PEM key")
        }
        return Key(owning: pointer)
    }
}
