internal import CCurl

/// An easy handle configured for one request, with all memory that libcurl refers to.
///
/// Used on its loop's thread only.
final class CurlHandle {
    let pointer: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let errorText: UnsafeMutablePointer<CChar>
    private static let errorCapacity = Int(CURL_ERROR_SIZE)

    init() throws(TransportError) {
        guard let pointer = curl_easy_init() else {
            throw TransportError(.other, "libcurl has no memory for another transfer")
        }
        self.pointer = pointer
        errorText = .allocate(capacity: Self.errorCapacity)
        errorText.initialize(repeating: 0, count: Self.errorCapacity)
        try set(CURLOPT_ERRORBUFFER, pointer: errorText)
        try check(ccurl_set_close_on_exec(pointer), CURLOPT_OPENSOCKETFUNCTION)
    }

    deinit {
        curl_easy_cleanup(pointer)
        for list in lists { curl_slist_free_all(list) }
        errorText.deallocate()
    }

    /// What libcurl wrote about the last failure, or its name for `code`.
    func message(for code: CURLcode) -> String {
        let text = String(cString: errorText)
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(ccurl_set_long(pointer, option, value), option)
    }

    func set(_ option: CURLoption, _ value: String) throws(TransportError) {
        try check(ccurl_set_string(pointer, option, value), option)
    }

    func setNone(_ option: CURLoption) throws(TransportError) {
        try check(ccurl_set_string(pointer, option, nil), option)
    }

    func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer) throws(TransportError) {
        try check(ccurl_set_pointer(pointer, option, value), option)
    }

    func set(_ option: CURLoption, function: @escaping ccurl_data_function) throws(TransportError) {
        try check(ccurl_set_data_function(pointer, option, function), option)
    }

    func set(_ option: CURLoption, blob bytes: [UInt8]) throws(TransportError) {
        try check(
            bytes.withUnsafeBytes { ccurl_set_blob(pointer, option, $0.baseAddress, $0.count) }, option)
    }

    func set(_ option: CURLoption, list items: [String]) throws(TransportError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for item in items {
            guard let longer = curl_slist_append(list, item) else {
                curl_slist_free_all(list)
                throw TransportError(.other, "libcurl has no memory for the headers")
            }
            list = longer
        }
        if let list { lists.append(list) }
        try check(ccurl_set_list(pointer, option, list), option)
    }

    /// Copies the body into the handle.
    func setBody(_ bytes: [UInt8]) throws(TransportError) {
        try check(
            ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)),
            CURLOPT_POSTFIELDSIZE_LARGE)
        let code = bytes.withUnsafeBytes { buffer in
            // An empty array may have no address, and NULL would mean "read the body from a callback".
            withUnsafePointer(to: UInt8(0)) { empty in
                ccurl_set_pointer(
                    pointer, CURLOPT_COPYPOSTFIELDS,
                    UnsafeMutableRawPointer(mutating: buffer.baseAddress ?? UnsafeRawPointer(empty)))
            }
        }
        try check(code, CURLOPT_COPYPOSTFIELDS)
    }

    private func check(_ code: CURLcode, _ option: CURLoption) throws(TransportError) {
        guard code == CURLE_OK else {
            let reason = String(cString: curl_easy_strerror(code))
            throw TransportError(.other, "libcurl refused option \(option.rawValue): \(reason)")
        }
    }
}
