import KubeClient
import KubeCore
import Testing

@testable import Operator

@Suite struct RefusalTests {
    /// What waiting and trying again will not mend is told in the status.
    @Test(arguments: [
        (403, "Forbidden", "no", true), (422, "Invalid", "no", true), (409, "Conflict", "no", false),
        (404, "NotFound", "no", false), (429, "TooManyRequests", "no", false), (503, "ServiceUnavailable", "no", false),
        (500, "InternalError", "no", false),
        (
            500, "InternalError",
            "failed to create typed patch object: .spec.behavior.scaleUp.tolerance: field not declared in schema", true
        ),
    ])
    func aRefusalIsToldFromARace(code: Int, reason: String, message: String, isRefusal: Bool) {
        #expect(KubeError.api(Status(code: code, reason: reason, message: message)).isRefusal == isRefusal)
    }
}
