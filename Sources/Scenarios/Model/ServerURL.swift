/// The address of a server, which may hold a password: everything that prints it prints it without.
package struct ServerURL: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The whole address, credentials included; for connecting only.
    package let secretText: String

    /// Wraps an address as it is.
    package init(_ text: String) {
        secretText = text
    }

    /// The address with the password replaced by `***`.
    ///
    /// All between the user and the last `@` is taken for the password, so that one with an unescaped `/` or `@`,
    /// which makes the address wrong, is not shown either.
    package var redacted: String {
        let start = secretText.firstRange(of: "://")?.upperBound ?? secretText.startIndex
        guard let at = secretText[start...].lastIndex(of: "@"),
            let colon = secretText[start..<at].firstIndex(of: ":")
        else { return secretText }
        return secretText[..<colon] + ":***" + secretText[at...]
    }

    /// The address with the password replaced.
    package var description: String { redacted }

    /// The address with the password replaced.
    package var debugDescription: String { redacted }

    /// Shows the address with the password replaced to whoever dumps the value.
    package var customMirror: Mirror {
        Mirror(self, children: ["redacted": redacted])
    }
}
