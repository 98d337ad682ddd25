import Base
import KubeClient
import KubeCore

/// Carries out what the tracker says is due, a few pods at a time, and sleeps in between.
struct PodLoop: Sendable {
    let tracker: PodTracker
    let writer: PodWriter
    let clock: any Clock<Duration>
    let now: @Sendable () -> Timestamp
    let log: @Sendable (String) -> Void

    /// How many pods are written to at a time.
    private static let width = 8

    /// Runs until the task is cancelled.
    func run() async {
        var wakeUps = tracker.wakeUps.makeAsyncIterator()
        while !Task.isCancelled {
            let jobs = await tracker.takeJobs(at: now())
            if jobs.isEmpty {
                let next = await tracker.nextTimer
                await wait(until: next, &wakeUps)
            } else {
                await perform(jobs)
            }
        }
    }

    /// Waits for a change or a time, whichever is first.
    private func wait(until time: Timestamp?, _ wakeUps: inout AsyncStream<Void>.Iterator) async {
        let delay = time.map { max(.zero, $0.since(now())) }
        await withTaskGroup(of: Void.self) { group in
            if let delay {
                group.addTask { [clock, tracker] in
                    guard (try? await clock.sleep(for: delay)) != nil else { return }
                    tracker.wake()
                }
            }
            _ = await wakeUps.next(isolation: nil)
            group.cancelAll()
        }
    }

    private func perform(_ jobs: [PodJob]) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, job) in jobs.enumerated() {
                if index >= Self.width { await group.next() }
                group.addTask { await perform(job) }
            }
        }
    }

    private func perform(_ job: PodJob) async {
        let outcome: PodJobOutcome
        do throws(KubeError) {
            outcome = try await writer.carryOut(job, now: now())
        } catch {
            if Task.isCancelled { return }
            if error.isConflict || error.isNotFound {
                outcome = .outdated
            } else {
                log("pod \(job.identity.key): \(error)")
                outcome = .failed
            }
        }
        await tracker.finish(job, outcome, at: now())
    }
}
