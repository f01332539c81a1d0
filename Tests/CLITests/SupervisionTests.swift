import Foundation
import TestSupport
import Testing

@testable import CLI

@Suite struct SupervisionTests {
    /// The state machine behind a reference, so that expectations can send it events.
    private final class Subject {
        private var machine: Supervision
        init(restarts: Bool) { machine = Supervision(restarts: restarts) }
        var pid: Int32? { machine.pid }
        var wasKilled: Bool { machine.wasKilled }
        var restartCount: UInt64 { machine.restartCount }
        func begin() -> [Supervision.Action] { machine.begin() }
        func started(_ pid: Int32) { machine.started(pid) }
        func couldNotStart(_ reason: Int32) -> [Supervision.Action] { machine.couldNotStart(reason) }
        func ended(_ pid: Int32, _ ending: Supervision.Ending) -> [Supervision.Action] { machine.ended(pid, ending) }
        func stopAsked() -> [Supervision.Action] { machine.stopAsked() }
        func graceOver() -> [Supervision.Action] { machine.graceOver() }
        func restartDue() -> [Supervision.Action] { machine.restartDue() }
    }

    private func running(restarts: Bool) -> Subject {
        let supervision = Subject(restarts: restarts)
        #expect(supervision.begin() == [.start])
        supervision.started(7)
        #expect(supervision.pid == 7)
        return supervision
    }

    @Test func whatEndsByItselfEndsTheSupervisor() {
        let supervision = running(restarts: false)
        #expect(supervision.ended(8, .exited(0)) == [], "an orphan")
        #expect(supervision.ended(7, .signaled(11)) == [.killAll, .finish(.signaled(11))])
        #expect(supervision.stopAsked() == [] && supervision.ended(7, .exited(0)) == [])
    }

    @Test func whatEndsIsStartedAgainAndCounted() {
        let supervision = running(restarts: true)
        for count in 1...3 as ClosedRange<UInt64> {
            #expect(supervision.ended(7, .exited(1)) == [.killAll, .scheduleRestart])
            #expect(supervision.pid == nil)
            #expect(supervision.restartDue() == [.start])
            supervision.started(7)
            #expect(supervision.restartCount == count && supervision.restartDue() == [])
        }
        #expect(supervision.ended(7, .exited(1)) == [.killAll, .scheduleRestart])
        #expect(supervision.stopAsked() == [.finish(.exited(0))], "between two starts nothing has to be stopped")
        #expect(supervision.restartDue() == [])
    }

    @Test(arguments: [false, true]) func aStopIsAskedForOnceAndNothingStartsBehindIt(restarts: Bool) {
        let supervision = running(restarts: restarts)
        #expect(supervision.stopAsked() == [.interrupt, .startGrace])
        #expect(supervision.ended(7, .exited(3)) == [.killAll, .finish(.exited(0))])
        #expect(!supervision.wasKilled && supervision.graceOver() == [])
    }

    @Test func whatDoesNotStopIsKilled() {
        let supervision = running(restarts: true)
        _ = supervision.stopAsked()
        #expect(supervision.graceOver() == [.killAll] && supervision.wasKilled)
        #expect(supervision.ended(7, .signaled(9)) == [.killAll, .finish(.exited(0))])
    }

    @Test func askedTwiceItIsKilledAtOnce() {
        let supervision = running(restarts: false)
        _ = supervision.stopAsked()
        #expect(supervision.stopAsked() == [.killAll] && supervision.wasKilled)
    }

    @Test func whatCannotBeStartedEndsTheSupervisor() {
        let supervision = Subject(restarts: true)
        _ = supervision.begin()
        #expect(supervision.couldNotStart(2) == [.finish(.notStarted(2))])
        #expect(supervision.stopAsked() == [] && supervision.restartDue() == [])
    }
}

@Suite struct LogTailTests {
    @Test func theLastWordsAreTheLastLineThatSaysSomething() async throws {
        try await withTemporaryDirectory { folder in
            let file = folder.appending(path: "log")
            func words(_ text: String) throws -> String? {
                try text.write(to: file, atomically: true, encoding: .utf8)
                return LogTail.lastWords(of: file.path)
            }
            #expect(LogTail.lastWords(of: file.path) == nil)
            #expect(try words("") == nil && words("\n \n") == nil)
            #expect(try words("a\nb\n\n  \n") == "b")
            #expect(try words("no amqp://u:secret@h:1/ there\r\n") == "no amqp://u:***@h:1/ there")
            // An '@' without an address hides nothing.
            #expect(try words("store h: denied for 'u'@'h'") == "store h: denied for 'u'@'h'")
            #expect(try words("\u{1b}[31mred\u{7}") == "[31mred")
            let long = try #require(try words(String(repeating: "x", count: 200_000)))
            #expect(long.count == 301 && long.hasSuffix("…"))
        }
    }

    @Test func aTextIsFoundHoweverItIsWritten() async throws {
        try await withTemporaryDirectory { folder in
            let file = folder.appending(path: "log").path
            var search = LogSearch(path: file, text: "is ready")
            let early = search.look()
            #expect(!early, "there is no file yet")
            _ = FileManager.default.createFile(atPath: file, contents: nil)
            let handle = try #require(FileHandle(forWritingAtPath: file))
            for part in ["starting\nis", " rea", "d"] {
                try handle.write(contentsOf: Data(part.utf8))
                let found = search.look()
                #expect(!found, "after '\(part)'")
            }
            try handle.write(contentsOf: Data("y\n".utf8))
            let found = search.look()
            #expect(found && search.isFound)
        }
    }
}
