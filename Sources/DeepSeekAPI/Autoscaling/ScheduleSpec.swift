/// A time with limits of its own.
public struct ScheduleSpec: Sendable, Hashable, Codable {
    public var name: String
    public var timeZone: String?
    public var start: String
    public var end: String
    public var minReplicas: Int?
    public var maxReplicas: Int?

    public init(
        name: String, timeZone: String? = nil, start: String, end: String, minReplicas: Int? = nil,
        maxReplicas: Int? = nil
    ) {
        self.name = name
        self.timeZone = timeZone
        self.start = start
        self.end = end
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
    }

    public var resolvedTimeZone: String { timeZone ?? "UTC" }
}

extension ScheduleSpec: SchemaProviding {
    public static let schema = Schema.object(
        "From start to end, limits of their own.",
        [
            "name": .string("Name of the schedule.", length: 1...63),
            "timeZone": .string(
                "Name in the time zone database, such as Asia/Shanghai.", length: 1...64, default: "UTC"),
            "start": .string("When it begins, as minute, hour, day, month and weekday of cron.", length: 9...100),
            "end": .string("When it ends, in the same form.", length: 9...100),
            "minReplicas": .integer(
                "Lowest number of replicas meanwhile, where that is above autoscaling.minReplicas.", 1...100_000),
            "maxReplicas": .integer(
                "Highest number of replicas meanwhile, where that is below autoscaling.maxReplicas.", 1...100_000),
        ],
        required: ["name", "start", "end"],
        rules: [
            Schema.Rule(
                "has(self.minReplicas) || has(self.maxReplicas)", message: "minReplicas or maxReplicas is required"),
            Schema.Rule(
                "!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas",
                message: "minReplicas must not be above maxReplicas", field: ".minReplicas"),
        ])
}
