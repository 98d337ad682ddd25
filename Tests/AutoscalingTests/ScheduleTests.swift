import FoundationEssentials
import KubeCore
import Testing

@testable import Autoscaling

/// Schedules, and the time zones that they are in. Zones are read from the system's files.
@Suite struct ScheduleTests {
    static func zone(_ name: String) throws -> TimeZoneRules {
        if name == "UTC" { return .utc }
        let data = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"))
        return try #require(TimeZoneFile.parse(Array(data)))
    }

    static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    // MARK: - Offsets

    /// In the table, after its end by the rule, before its beginning; without a whole hour; with clocks that go back in summer
    /// by law (Dublin), and south of the equator.
    @Test(arguments: [
        ("Asia/Shanghai", "2026-01-01T00:00:00Z", 28_800), ("Asia/Shanghai", "1988-07-01T00:00:00Z", 32_400),
        ("Asia/Shanghai", "2200-07-01T00:00:00Z", 28_800), ("Asia/Kolkata", "2026-01-01T00:00:00Z", 19_800),
        ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 20_700), ("Europe/Berlin", "2026-01-01T00:00:00Z", 3600),
        ("Europe/Berlin", "2026-03-29T00:59:59Z", 3600), ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
        ("Europe/Berlin", "2026-10-25T00:59:59Z", 7200), ("Europe/Berlin", "2026-10-25T01:00:00Z", 3600),
        ("Europe/Berlin", "2100-07-01T00:00:00Z", 7200), ("Europe/Berlin", "2100-12-01T00:00:00Z", 3600),
        ("America/New_York", "2099-07-01T00:00:00Z", -14_400), ("America/New_York", "2099-01-01T00:00:00Z", -18_000),
        ("Europe/Dublin", "2090-07-01T00:00:00Z", 3600), ("Europe/Dublin", "2090-01-01T00:00:00Z", 0),
        ("Australia/Sydney", "2090-01-01T00:00:00Z", 39_600), ("Australia/Sydney", "2090-07-01T00:00:00Z", 36_000),
        ("America/Nuuk", "2090-07-01T00:00:00Z", -3600), ("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400), ("Etc/GMT+12", "2026-01-01T00:00:00Z", -43_200),
    ])
    func offsets(name: String, time: String, offset: Int) throws {
        #expect(try Self.zone(name).offset(at: try Self.time(time).seconds) == offset)
    }

    /// Every zone of the system is read, and agrees with itself: a time that clocks show is one of the times that show it.
    @Test func everyZoneIsRead() throws {
        let folder = "/usr/share/zoneinfo"
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        var count = 0
        for name in names where name.first?.isUppercase == true {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                data.prefix(4) == Data("TZif".utf8)
            else { continue }
            let zone = try #require(TimeZoneFile.parse(Array(data)), "\(name)")
            count += 1
            for seconds in stride(from: Int64(0), to: 6_000_000_000, by: 49_999_991) {
                let local = seconds + Int64(zone.offset(at: seconds))
                let found = zone.instant(local: local)
                #expect(found + Int64(zone.offset(at: found)) == local, "\(name) \(seconds)")
            }
        }
        #expect(count > 300)
    }

    /// No prefix and no flipped byte of a zone traps, and what is cut off is not taken.
    @Test func aBrokenFileIsNoZone() throws {
        let bytes = Array(try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin")))
        for length in 0..<bytes.count { #expect(TimeZoneFile.parse(Array(bytes.prefix(length))) == nil) }
        for index in bytes.indices {
            var broken = bytes
            broken[index] ^= 0xFF
            if let zone = TimeZoneFile.parse(broken) {
                for seconds in [Int64.min, -1, 0, 1_800_000_000, .max] { _ = zone.offset(at: seconds) }
            }
        }
    }

    @Test(arguments: [
        "", "X", "UTC", "UTC+", "UTC25", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J5", "CET-1CEST,366,5", "<+3-3",
        "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x", "CET-1:60",
    ])
    func aBrokenRuleIsNone(text: String) { #expect(POSIXTimeZone(text) == nil) }

    @Test(arguments: [
        // Day 60 of the Julian count is March 1 in every year; of the other, day 59 is February 29 in a leap year.
        ("AAA0BBB,J60/0,J61/0", "2028-03-01T00:00:00Z", 3600), ("AAA0BBB,J60/0,J61/0", "2028-02-29T00:00:00Z", 0),
        ("AAA0BBB,J60/0,J61/0", "2027-03-01T00:00:00Z", 3600), ("AAA0BBB,59/0,60/0", "2028-02-29T00:00:00Z", 3600),
        ("AAA0BBB,59/0,60/0", "2027-03-01T00:00:00Z", 3600),
        ("AAA0BBB,M3.1.0/-24,M12.5.0", "2026-02-28T00:00:00Z", 3600),
        ("AAA0BBB,M3.1.0/-24,M12.5.0", "2026-02-27T23:59:59Z", 0),
    ])
    func daysOfARule(text: String, time: String, offset: Int) throws {
        let rule = try #require(POSIXTimeZone(text))
        #expect(rule.offset(at: try Self.time(time).seconds) == offset)
    }

    // MARK: - Schedules

    static func schedule(_ start: String, _ end: String, _ zone: String) throws -> ReplicaSchedule {
        ReplicaSchedule(
            name: "s", start: try CronExpression(start), end: try CronExpression(end), zone: try Self.zone(zone),
            minReplicas: 4)
    }

    @Test(arguments: [
        ("0 8 * * 1-5", "0 20 * * 1-5", "Asia/Shanghai", "2026-01-05T00:00:00Z", true),  // Monday 08:00
        ("0 8 * * 1-5", "0 20 * * 1-5", "Asia/Shanghai", "2026-01-04T23:59:59Z", false),
        ("0 8 * * 1-5", "0 20 * * 1-5", "Asia/Shanghai", "2026-01-05T11:59:59Z", true),
        ("0 8 * * 1-5", "0 20 * * 1-5", "Asia/Shanghai", "2026-01-05T12:00:00Z", false),
        ("0 8 * * 1-5", "0 20 * * 1-5", "Asia/Shanghai", "2026-01-10T04:00:00Z", false),  // Saturday
        // Over midnight and over the new year.
        ("0 22 * * *", "0 6 * * *", "UTC", "2026-01-01T03:00:00Z", true),
        ("0 22 * * *", "0 6 * * *", "UTC", "2026-01-01T12:00:00Z", false),
        ("0 0 31 12 *", "0 0 2 1 *", "UTC", "2026-01-01T12:00:00Z", true),
        // A whole weekend, from Friday on.
        ("0 18 * * 5", "0 8 * * 1", "UTC", "2026-01-04T12:00:00Z", true),
        // Leap days only: the last was two years ago.
        ("0 0 29 2 *", "0 0 1 3 *", "UTC", "2026-03-01T00:00:00Z", false),
        ("0 0 29 2 *", "0 0 1 1 *", "UTC", "2026-12-31T00:00:00Z", false),
        ("0 0 29 2 *", "0 0 28 2 *", "UTC", "2026-02-27T00:00:00Z", false),
        ("0 0 29 2 *", "0 0 28 2 *", "UTC", "2024-03-01T00:00:00Z", true),
        // Either day field, where both are restricted.
        ("0 0 13 * 5", "0 12 13 * 5", "UTC", "2026-01-13T01:00:00Z", true),
        ("0 0 13 * 5", "0 12 13 * 5", "UTC", "2026-01-16T01:00:00Z", true),
        ("0 0 13 * 5", "0 12 13 * 5", "UTC", "2026-01-14T01:00:00Z", false),
        // A date that never comes, and a start and an end at once.
        ("0 0 30 2 *", "0 0 1 1 *", "UTC", "2026-06-01T00:00:00Z", false),
        ("0 8 * * *", "0 8 * * *", "UTC", "2026-06-01T08:00:00Z", false),
        ("* * * * *", "0 0 1 1 *", "UTC", "2026-06-01T08:00:30Z", true),
        // 02:30 is skipped on this day: it begins at 03:00, when the clocks are set forward.
        ("30 2 * * *", "0 5 * * *", "Europe/Berlin", "2026-03-29T00:59:59Z", false),
        ("30 2 * * *", "0 5 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", true),
        ("30 2 * * *", "0 5 * * *", "Europe/Berlin", "2026-03-29T03:00:00Z", false),
        // An end that is skipped comes then, too.
        ("0 1 * * *", "30 2 * * *", "Europe/Berlin", "2026-03-29T00:59:59Z", true),
        ("0 1 * * *", "30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", false),
        // 02:30 comes twice: the first counts, for start and end.
        ("30 2 * * *", "0 5 * * *", "Europe/Berlin", "2026-10-25T00:29:59Z", false),
        ("30 2 * * *", "0 5 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", true),
        ("30 2 * * *", "0 5 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", true),
        ("0 1 * * *", "30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", false),
        ("0 1 * * *", "30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", false),
        // The day that Samoa left out: what was to begin on it begins as the next one does.
        ("0 12 30 12 *", "0 12 31 12 *", "Pacific/Apia", "2011-12-30T10:00:00Z", true),
        ("0 12 30 12 *", "0 12 31 12 *", "Pacific/Apia", "2011-12-30T09:59:00Z", false),
    ])
    func isUnderWay(start: String, end: String, zone: String, time: String, expected: Bool) throws {
        let schedule = try Self.schedule(start, end, zone)
        #expect(schedule.isUnderWay(at: try Self.time(time)) == expected)
    }

    @Test func boundsOfSeveralSchedules() throws {
        func schedule(_ name: String, least: Int32?, most: Int32?) throws -> ReplicaSchedule {
            ReplicaSchedule(
                name: name, start: try CronExpression("0 0 1 1 *"), end: try CronExpression("0 0 31 12 *"), zone: .utc,
                minReplicas: least, maxReplicas: most)
        }
        let now = try Self.time("2026-06-01T00:00:00Z")
        func bounds(_ schedules: [ReplicaSchedule]) -> [Int32] {
            let bounds = schedules.bounds(at: now, minReplicas: 2, maxReplicas: 10)
            return [bounds.minReplicas, bounds.maxReplicas]
        }
        #expect(bounds([]) == [2, 10])
        #expect(bounds([try schedule("a", least: 4, most: nil), try schedule("b", least: 6, most: nil)]) == [6, 10])
        #expect(bounds([try schedule("a", least: 1, most: 8), try schedule("b", least: nil, most: 5)]) == [2, 5])
        #expect(bounds([try schedule("a", least: nil, most: 1)]) == [2, 2])
        #expect(bounds([try schedule("a", least: 6, most: nil), try schedule("b", least: nil, most: 3)]) == [6, 6])
        #expect(bounds([try schedule("a", least: 99, most: nil)]) == [10, 10])
        #expect(bounds([try schedule("a", least: nil, most: 99)]) == [2, 10])
    }
}
