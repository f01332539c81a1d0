import Scenarios

extension CommandLine {
    /// The arguments without the passwords of addresses among them, as results keep them.
    static var redacted: [String] { arguments.map { ServerURL($0).redacted } }
}
