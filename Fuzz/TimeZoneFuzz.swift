// What comes from a time zone's file: schedules in it are looked at, near and far.
// rooms: Autoscaling KubeCore
import Autoscaling
import KubeCore

private let daily = try! CronExpression("30 2 * * *")
private let yearly = try! CronExpression("0 0 29 2 *")

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTimeZone(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    guard let zone = TimeZoneFile.parse(bytes) else { return 0 }
    let schedule = ReplicaSchedule(name: "s", start: daily, end: yearly, zone: zone, minReplicas: 1)
    for seconds: Int64 in [.min, -10_000_000_000, 0, 1_774_746_000, 1_800_000_000, 10_000_000_000, .max] {
        _ = schedule.isUnderWay(at: Timestamp(seconds: seconds))
    }
    return 0
}
