import Foundation

/// Finds the process of this host that serves a port, so that a broker nobody here started is accounted for too.
enum ListeningProcess {
    /// The process that listens on a TCP port of this host; nil where it runs elsewhere or is not ours to see.
    static func pid(onPort port: Int) -> Int32? {
        let inodes = Set(
            ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
                listeningInodes(in: (try? String(contentsOfFile: path, encoding: .utf8)) ?? "", port: port)
            })
        guard !inodes.isEmpty else { return nil }
        let wanted = Set(inodes.map { "socket:[\($0)]" })
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return processes.sorted().first { pid in
            let folder = "/proc/\(pid)/fd"
            let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return descriptors.contains { descriptor in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)"))
                    .map(wanted.contains) ?? false
            }
        }
    }

    /// The inodes of the sockets that listen on a port, from the text of /proc/net/tcp (proc(5)).
    static func listeningInodes(in table: String, port: Int) -> [String] {
        let listening = "0A"
        return table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 9, fields[3] == listening,
                let local = fields[1].split(separator: ":").last, Int(local, radix: 16) == port
            else { return nil }
            return String(fields[9])
        }
    }
}
