internal import Glibc
enum Tuning {
    static func read(_ name: String, _ standard: Double) -> Double {
        guard let text = getenv(name) else { return standard }
        return atof(text)
    }
    static let ask = read("ASK", 0.7)
    static let hold = read("HOLD", 0.9)
    static let release = read("RELEASE", 1) > 0
    static let upTolerance = read("UPTOL", 1) > 0
    static let doubt = read("DOUBT", 16)
    static let step = read("STEP", 0.15)
    static let longest = read("LONGEST", 2)
    static let middleOnly = read("MIDDLE", 1)
    static let holdHorizon = read("HHOR", 1)
    static let belief = read("BELIEF", 1) > 0
    static let prior = read("PRIOR", 0.01)
    static let mostShare = read("MOST", 1)
    static let beliefMemory = read("BMEM", 1.0 / 1440)
    static let askMax = read("ASKMAX", 0) > 0
    static let acf = read("ACF", 1) > 0
    static let jump = read("JUMP", 1) > 0
}
