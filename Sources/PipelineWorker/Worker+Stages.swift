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
                let results = try await store(batch)
                guard !results.isEmpty else { continue }
                if publishes == configuration.publishesMaximum {
                    try await group.next()
                    publishes -= 1
                }
                group.addTask {
                    do {
                        try await self.publish(results)
                    } catch {
                        // Whoever waits for a batch would not see this error.
                        self.batches.abort()
                        throw error
                    }
                }
                publishes += 1
            }
            try await group.waitForAll()
        }
        try Task.checkCancellation()
    }

    // MARK: Storing

    /// A message whose effect is stored.
    private struct Stored: Sendable {
        let message: ProcessedMessage
        let work: PipelineWork
        let outcome: StoreOutcome
    }

    /// Rejects what cannot be processed and writes the rest.
    private func store(_ batch: [ProcessedMessage]) async throws -> [Stored] {
        var pending: [(message: ProcessedMessage, work: PipelineWork)] = []
        pending.reserveCapacity(batch.count)
        var rejected: [(message: ProcessedMessage, rejection: Rejection)] = []
        for message in batch {
            switch message.outcome {
            case .work(let work): pending.append((message, work))
            case .rejected(let rejection): rejected.append((message, rejection))
            }
        }
        state.withLock { $0.statistics.recordLaneTimes(of: batch) }
        reject(rejected)
        guard !pending.isEmpty else { return [] }

        let operations = pending.map(\.work.operation)
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
        stored.reserveCapacity(pending.count)
        var refused: [(message: ProcessedMessage, rejection: Rejection)] = []
        for (item, outcome) in zip(pending, outcomes) {
            if case .refused(let reason) = outcome {
                refused.append((item.message, Rejection(.refusedByStore, reason)))
            } else {
                stored.append(Stored(message: item.message, work: item.work, outcome: outcome))
            }
        }
        reject(refused)
        return stored
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

    /// Sends messages to the dead-letter exchange, counts why, and logs the first of each second.
    private func reject(_ rejected: [(message: ProcessedMessage, rejection: Rejection)]) {
        guard !rejected.isEmpty else { return }
        let now = clock.nowNanoseconds()
        for (message, rejection) in rejected {
            let (isAdmitted, suppressed) = state.withLock {
                $0.statistics.countFailed(rejection.reason)
                return $0.rejectionLog.admit(nowNanoseconds: now)
            }
            guard isAdmitted else { continue }
            var metadata: Logger.Metadata = [
                "message_id": "\(message.messageID ?? "none")", "reason": "\(rejection.reason.rawValue)",
                "detail": "\(rejection.detail)",
            ]
            if suppressed > 0 { metadata["not_logged_before"] = "\(suppressed)" }
            logger.warning("message rejected", metadata: metadata)
        }
        source.settle(rejected.map(\.message.token), .reject)
    }

    // MARK: Publishing

    /// Publishes the results of a batch and, once they are confirmed, accepts its messages.
    private func publish(_ stored: [Stored]) async throws {
        let started = clock.nowNanoseconds()
        var results: [OutboundMessage] = []
        results.reserveCapacity(stored.count)
        for item in stored {
            if let body = pipeline.result(of: item.work, outcome: item.outcome) {
                results.append(result(body, for: item.message, doneNanoseconds: started))
            }
        }
        if !results.isEmpty { try await send(results) }
        let nanoseconds = clock.nowNanoseconds() - started
        source.settle(stored.map(\.message.token), .accept)

        let deleted = stored.count { if case .delete = $0.work.operation { true } else { false } }
        state.withLock { state in
            for item in stored {
                state.statistics.recordService(nanoseconds: started - item.message.receivedNanoseconds)
            }
            state.statistics.recordConfirmed(results.count, nanoseconds: nanoseconds)
            state.statistics.countProcessed(
                updated: stored.count - deleted, deleted: deleted,
                superseded: stored.count { $0.outcome == .superseded })
        }
    }

    /// The result with the times of its message, which is done when its result is handed to the broker.
    private func result(
        _ body: ByteBuffer, for message: ProcessedMessage, doneNanoseconds: Int64
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

    private func send(_ results: [OutboundMessage]) async throws {
        var attempt = 1
        while true {
            do {
                return try await sink.publish(results, to: configuration.resultDestination)
            } catch {
                try Task.checkCancellation()
                guard let delay = configuration.sinkRetry.delay(afterAttempt: attempt, jitter: jitter()) else {
                    throw WorkerError.publish(
                        destination: configuration.resultDestination, reason: "\(error)", attempts: attempt)
                }
                logger.warning(
                    "publishing results again",
                    metadata: ["attempt": "\(attempt)", "pause": "\(delay)", "reason": "\(error)"])
                state.withLock { $0.statistics.countPublishRetry() }
                try await clock.sleep(delay)
                attempt += 1
            }
        }
    }
}
