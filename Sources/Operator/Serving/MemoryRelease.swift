internal import Base
internal import CLinux

/// Gives memory that was freed back to the system now and then.
///
/// glibc keeps what is freed between memory in use. After a start with a thousand resources, whose lists are read and
/// thrown away while the caches fill, that is a third of the heap, and its memory limit is what a pod is sized by.
enum MemoryRelease {
    private static let period = Duration.seconds(30)

    /// Runs until the task is cancelled.
    static func run(clock: any Clock<Duration> = MonotonicClock()) async throws {
        while true {
            try await clock.sleep(for: period)
            linux_release_free_memory()
        }
    }
}
