import Foundation
import UnixSignals

/// The signals by which somebody ends a run or a campaign in order.
enum EndingSignals {
    /// Ctrl-C, SIGTERM, and a terminal that goes away, but where that was said not to matter, as `nohup` does.
    static var all: [UnixSignal] {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        return [.sigint, .sigterm] + (isHangupIgnored(status) ? [] : [.sighup])
    }

    /// What a process's status says of SIGHUP.
    static func isHangupIgnored(_ status: String) -> Bool {
        let name = "SigIgn:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let ignored = UInt64(line.dropFirst(name.count).drop(while: \.isWhitespace), radix: 16)
        else { return false }
        return ignored >> UInt64(SIGHUP - 1) & 1 == 1
    }
}
