import Drivers
import Logging
import NIOCore
import Stores
import Synchronization

// The stages a message passes, each in a task of its own.
extension Worker {
    /// Hands what arrives to the lanes, a slice at a time, in order.
    func readMessages(_ lanes: Lanes) async throws {
        defer { batches.end() }
        while let messages = try await source.nextBatch() {
            let redelivered = messages.count { $0.redelivered }
            state.withLock { $0.statistics.countReceived(messages.count, redelivered: redelivered) }
            let sliceCount = configuration.sliceCount(of: messages.count)
            var start = 0
            while start < messages.count {
                let end = min(start + sliceCount, messages.count)
                let slice = Array(messages[start..<end])
                start = end
                let slot = batches.open()
                lanes.run { [pipeline, batches] isStopping in
                    batches.fill(slot, with: pipeline.process(slice, isStopping: isStopping))
                }
            }
        }
    }

    /// Stores batch after batch, and publishes each while the next ones are stored.
    func storeBatches() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var publishes = 0
            while let batch = await batches.next() {
                let (accepted, rejected) = sort(batch)
                if !rejected.isEmpty {
                    try await begin({ try await self.putAside(rejected) }, in: &group, &publishes)
                }
                guard !accepted.isEmpty else { continue }
                let (stored, refused) = try await store(accepted)
                if !refused.isEmpty {
                    try await begin({ try await self.putAside(refused) }, in: &group, &publishes)
                }
                if !stored.isEmpty {
                    try await begin({ try await self.publish(stored) }, in: &group, &publishes)
                }
            }
            try await group.waitForAll()
        }
        try Task.checkCancellation()
    }

    /// Publishes in a task of its own, once fewer than the maximum do.
    private func begin(
        _ publish: @escaping @Sendable () async throws -> Void, in group: inout ThrowingTaskGroup<Void, any Error>,
        _ publishes: inout Int
    ) async throws {
        if publishes == configuration.publishesMaximum {
            try await group.next()
            publishes -= 1
        }
        group.addTask {
            do {
                try await publish()
            } catch {
                // Whoever waits for a batch would not see this error.
                self.batches.abort()
                throw error
            }
        }
        publishes += 1
    }

    // MARK: Storing

    /// A message that can be processed.
    private struct Accepted: Sendable {
        let message: ProcessedMessage
        let work: PipelineWork
    }

    /// A message that cannot.
    private struct Rejected: Sendable {
        let message: InboundMessage
        let rejection: Rejection
    }

    /// A message whose effect is stored.
    private struct Stored: Sendable {
        let message: ProcessedMessage
        let work: PipelineWork
        let outcome: StoreOutcome
    }

    /// Tells what can be processed from what cannot.
    private func sort(_ batch: [ProcessedMessage]) -> (accepted: [Accepted], rejected: [Rejected]) {
        var accepted: [Accepted] = []
        accepted.reserveCapacity(batch.count)
        var rejected: [Rejected] = []
        for message in batch {
            switch message.outcome {
            case .work(let work): accepted.append(Accepted(message: message, work: work))
            case .rejected(let rejection):
                rejected.append(Rejected(message: message.original, rejection: rejection))
            }
        }
        state.withLock { $0.statistics.recordLaneTimes(of: batch) }
        return (accepted, rejected)
    }

    /// Writes a batch; what the store will never take is not stored.
    private func store(_ accepted: [Accepted]) async throws -> (stored: [Stored], refused: [Rejected]) {
        let operations = accepted.map(\.work.operation)
        let started = clock.nowNanoseconds()
        let outcomes = try await apply(operations)
        let nanoseconds = clock.nowNanoseconds() - started
        state.withLock { $0.statistics.recordStored(operations.count, nanoseconds: nanoseconds) }
        do {
            try pipeline.stored(operations, outcomes: outcomes)
        } catch {
            throw WorkerError.besideStore(reason: "\(error)")
        }

        var stored: [Stored] = []
        stored.reserveCapacity(accepted.count)
        var refused: [Rejected] = []
        for (item, outcome) in zip(accepted, outcomes) {
            if case .refused(let reason) = outcome {
                refused.append(
                    Rejected(message: item.message.original, rejection: Rejection(.refusedByStore, reason)))
            } else {
                stored.append(Stored(message: item.message, work: item.work, outcome: outcome))
            }
        }
        return (stored, refused)
    }

    private func apply(_ operations: [StoreOperation]) async throws -> [StoreOutcome] {
        var attempt = 1
        while true {
            do throws(StoreError) {
                return try await store.apply(operations)
            } catch {
                try Task.checkCancellation()
                let delay =
                    error.isRetryable
                    ? configuration.storeRetry.delay(afterAttempt: attempt, jitter: jitter()) : nil
                guard let delay else { throw WorkerError.store(reason: "\(error)", attempts: attempt) }
                logger.warning(
                    "storing a batch again",
                    metadata: ["attempt": "\(attempt)", "pause": "\(delay)", "reason": "\(error)"])
                state.withLock { $0.statistics.countStoreRetry() }
                try await clock.sleep(delay)
                attempt += 1
            }
        }
    }

    // MARK: Putting aside

    /// Puts messages into the failed queue with the reason, and accepts them; counts why.
    ///
    /// Where there is no such queue the broker dead-letters them as they are, if it does. A worker that dies between
    /// confirm and acknowledgement has put its messages aside and gets them once more, as with results.
    private func putAside(_ rejected: [Rejected]) async throws {
        log(rejected)
        var isAside = false
        if let queue = configuration.failedDestination {
            let failed = rejected.map {
                FailedMessage($0.message, reason: "\($0.rejection)", column: $0.rejection.column)
            }
            isAside = try await persistently(publishingTo: queue) { try await sink.putAside(failed, in: queue) }
        }
        source.settle(rejected.map(\.message.token), isAside ? .accept : .reject)
        state.withLock { state in
            for item in rejected { state.statistics.countFailed(item.rejection.reason) }
        }
    }

    /// Says of the first messages of each second why they are rejected.
    private func log(_ rejected: [Rejected]) {
        let now = clock.nowNanoseconds()
        for item in rejected {
            let (isAdmitted, suppressed) = state.withLock { $0.rejectionLog.admit(nowNanoseconds: now) }
            guard isAdmitted else { continue }
            var metadata: Logger.Metadata = [
                "message_id": "\(item.message.messageID ?? "none")", "reason": "\(item.rejection.reason.rawValue)",
                "detail": "\(item.rejection.detail)",
            ]
            if suppressed > 0 { metadata["not_logged_before"] = "\(suppressed)" }
            logger.warning("message rejected", metadata: metadata)
        }
    }

    // MARK: Publishing

    /// Publishes the results of a batch and, once they are confirmed, accepts its messages.
    private func publish(_ stored: [Stored]) async throws {
        let started = clock.nowNanoseconds()
        var results: [OutboundMessage] = []
        results.reserveCapacity(stored.count)
        for item in stored {
            if let body = pipeline.result(of: item.work, outcome: item.outcome) {
                results.append(result(body, for: item.message.original, doneNanoseconds: started))
            }
        }
        if !results.isEmpty {
            let destination = configuration.resultDestination
            try await persistently(publishingTo: destination) { [results] in
                try await sink.publish(results, to: destination)
            }
        }
        let nanoseconds = clock.nowNanoseconds() - started
        source.settle(stored.map(\.message.original.token), .accept)

        let deleted = stored.count { if case .delete = $0.work.operation { true } else { false } }
        state.withLock { state in
            for item in stored {
                state.statistics.recordService(nanoseconds: started - item.message.original.receivedNanoseconds)
            }
            state.statistics.recordConfirmed(results.count, nanoseconds: nanoseconds)
            state.statistics.countProcessed(
                updated: stored.count - deleted, deleted: deleted,
                superseded: stored.count { $0.outcome == .superseded })
        }
    }

    /// The result with the times of its message, which is done when its result is handed to the broker.
    private func result(
        _ body: ByteBuffer, for message: InboundMessage, doneNanoseconds: Int64
    ) -> OutboundMessage {
        var headers: [(name: String, value: Int64)] = []
        headers.reserveCapacity(4)
        if let intended = message.intendedNanoseconds { headers.append((StampHeader.intended, intended)) }
        headers.append((StampHeader.received, message.receivedNanoseconds))
        headers.append((StampHeader.service, doneNanoseconds - message.receivedNanoseconds))
        if let clock = configuration.clock { headers.append((StampHeader.clock, clock)) }
        return OutboundMessage(
            body: body, messageID: message.messageID, correlationID: message.messageID,
            contentType: "application/json", integerHeaders: headers)
    }

    /// Does again what the sink could not do, with growing pauses and not for ever.
    private func persistently<Value: Sendable>(
        publishingTo destination: String, _ publish: () async throws -> Value
    ) async throws -> Value {
        var attempt = 1
        while true {
            do {
                return try await publish()
            } catch {
                try Task.checkCancellation()
                guard let delay = configuration.sinkRetry.delay(afterAttempt: attempt, jitter: jitter()) else {
                    throw WorkerError.publish(destination: destination, reason: "\(error)", attempts: attempt)
                }
                logger.warning(
                    "publishing again",
                    metadata: [
                        "destination": "\(destination)", "attempt": "\(attempt)", "pause": "\(delay)",
                        "reason": "\(error)",
                    ])
                state.withLock { $0.statistics.countPublishRetry() }
                try await clock.sleep(delay)
                attempt += 1
            }
        }
    }
}
