// Quantities and times: whatever is read is written as text that reads as the same value.
// rooms: KubeCore

import KubeCore

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzScalars(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    if let quantity = Quantity(text) { check(quantity, text) }
    if let time = Timestamp(text) { check(time, text) }
    return 0
}

func check(_ quantity: Quantity, _ text: String) {
    precondition(quantity.description == text, "the text is not kept")
    precondition(Quantity(text) == quantity, "read again, the value differs")
    guard let milli = quantity.milliValue else { return }
    let rounded = Quantity(milli: milli)
    // Both roundings go away from zero, and by less than a thousandth.
    precondition(abs(rounded.nanos) >= abs(quantity.nanos), "\(text) is rounded towards zero")
    precondition(abs(rounded.nanos) - abs(quantity.nanos) < 1_000_000, "\(text) is rounded too far")
    if let again = Quantity(rounded.description) {
        precondition(again == rounded, "\(rounded) reads as another value")
    } else {
        precondition(abs(rounded.nanos) > Int128(Int64.max) * 1_000_000_000, "\(rounded) is not read")
    }
}

func check(_ time: Timestamp, _ text: String) {
    precondition(Timestamp(time.description)?.seconds == time.seconds, "\(text) is written as \(time)")
    precondition((Timestamp(time.microTime)?.since(time)).map { $0 > .microseconds(-1) } == true, "\(text)")
}
