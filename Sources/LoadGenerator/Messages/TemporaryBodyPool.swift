import Drivers
import Scenarios

struct TemporaryBodyPool {
    let templates: [MessageTemplate]
    let kinds: [MessagePlanner.Kind]
    init(_ scenario: Scenario) {
        let head = Array("{\"id\":\"".utf8)
        let id = Array("00000000-0000000000000000".utf8)
        let rest = Array(
            "\",\"user_id\":7,\"text\":\"The quick brown fox jumps over the lazy dog. It was a great day.\",\"timestamp\":\""
                .utf8)
        let ts = Array("2026-11-21T02:48:49.123Z".utf8)
        let tail = Array("\",\"type\":\"update\"}".utf8)
        let body = head + id + rest + ts + tail
        templates = [
            MessageTemplate(
                body: body, documentIDOffset: head.count, timestampOffset: (head + id + rest).count, deletes: false)
        ]
        kinds = [.init(weight: 1, templates: 0..<1, deletes: false, updates: true)]
    }
}
