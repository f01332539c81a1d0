import Foundation
import TestSupport
import Testing

@testable import CLI

@Suite("Rotating log file")
struct RotatingLogFileTests {
    private func text(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }

    /// A line of so many bytes, its line feed included.
    private func line(_ letter: Character, _ bytes: Int) -> String {
        String(repeating: letter, count: bytes - 1) + "\n"
    }

    @Test("is put aside when it is full, the oldest removed")
    func rotation() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "worker.log").path
            let file = try RotatingLogFile(path: path, bytesMaximum: 100, keep: 2)
            for letter in "abcd" {
                file.write(line(letter, 60))
                file.write(line(letter, 40))
            }
            #expect(text(path) == line("d", 60) + line("d", 40))
            #expect(text(path + ".1") == line("c", 60) + line("c", 40))
            #expect(text(path + ".2") == line("b", 60) + line("b", 40))
            #expect(text(path + ".3") == nil)
        }
    }

    @Test("keeps no older file when told so")
    func keepsNone() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "worker.log").path
            let file = try RotatingLogFile(path: path, bytesMaximum: 100, keep: 0)
            file.write(line("a", 90))
            file.write(line("b", 90))
            #expect(text(path) == line("b", 90))
            #expect(text(path + ".1") == nil)
        }
    }

    @Test("a line longer than the file has one of its own")
    func longLine() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "worker.log").path
            let file = try RotatingLogFile(path: path, bytesMaximum: 100, keep: 2)
            file.write(line("a", 10))
            file.write(line("b", 500))
            file.write(line("c", 10))
            #expect(text(path + ".2") == line("a", 10))
            #expect(text(path + ".1") == line("b", 500))
            #expect(text(path) == line("c", 10))
        }
    }

    @Test("goes on where an earlier process stopped, in a folder that it creates")
    func appends() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "logs/new/worker.log").path
            try RotatingLogFile(path: path, bytesMaximum: 100, keep: 1).write(line("a", 60))
            let file = try RotatingLogFile(path: path, bytesMaximum: 100, keep: 1)
            file.write(line("b", 30))
            #expect(text(path) == line("a", 60) + line("b", 30))
            file.write(line("c", 30))
            #expect(text(path + ".1") == line("a", 60) + line("b", 30))
        }
    }

    @Test("a path that cannot be written is named")
    func cannotOpen() async throws {
        try await withTemporaryDirectory { folder in
            let error = #expect(throws: RotatingLogFile.CannotOpen.self) {
                _ = try RotatingLogFile(path: folder.path, bytesMaximum: 100, keep: 1)
            }
            #expect(error?.description.contains(folder.path) == true)
            #expect(error?.description.contains("--log-file") == true)
        }
    }

    @Test("lines that could not be written are counted in the first that can")
    func dropsAndSaysSo() async throws {
        try await withTemporaryDirectory { folder in
            let logs = folder.appending(path: "logs")
            let path = logs.appending(path: "worker.log").path
            let file = try RotatingLogFile(path: path, bytesMaximum: 50, keep: 0)
            file.write(line("a", 50))
            try FileManager.default.removeItem(at: logs)
            file.write(line("b", 50))
            file.write(line("c", 50))
            try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: false)
            file.write(line("d", 10))
            #expect(text(path) == "(2 log lines could not be written)\n" + line("d", 10))
        }
    }

    @Test("lines of many threads stay whole")
    func threads() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "worker.log").path
            let file = try RotatingLogFile(path: path, bytesMaximum: 1_000, keep: 1_000)
            await withTaskGroup(of: Void.self) { group in
                for letter in "abcdefgh" {
                    group.addTask { for _ in 0..<50 { file.write(self.line(letter, 25)) } }
                }
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let lines = names.flatMap { text(folder.appending(path: $0).path)?.split(separator: "\n") ?? [] }
            #expect(lines.count == 400)
            #expect(lines.allSatisfy { $0.count == 24 && Set($0).count == 1 })
        }
    }
}
