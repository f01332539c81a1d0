package import Foundation

/// A MariaDB server that `scripts/mariadb` starts (about 1 s), or the one that `RAFALE_TEST_MYSQL_URL` names.
///
/// The latter may be MySQL or MariaDB, and its user may create databases. Mark a test of the shared one with
/// `.needsMariaDB`, of any other with `.needsOwnMariaDB`; take a database of its own from ``freshURL(options:)``.
package struct MariaDBServer: ScriptedServer {
    package static let scriptName = "mariadb"
    package static let urlVariable = "RAFALE_TEST_MYSQL_URL"
    package static let sharedStart: Task<MariaDBServer, any Error> = Task { try await MariaDBServer.start() }

    /// `mysql://rafale:<password>@127.0.0.1:<port>/rafale`.
    package let url: String
    /// The same with TLS and the certificate checked.
    package let tlsURL: String?
    package let folder: URL?

    package init(url: String, tlsURL: String?, folder: URL?) {
        self.url = url
        self.tlsURL = tlsURL
        self.folder = folder
    }

    /// The password in ``url``, which nothing may show.
    package var password: String { URL(string: url)?.password() ?? "" }

    /// The address of a database that is not there yet, and that nobody else uses; `options` are those of the store.
    ///
    /// A store that is opened there makes the database.
    package func freshURL(options: String = "") -> String {
        let name = uniqueName("test").replacing("-", with: "_")
        let base = url.prefix { $0 != "?" }
        guard let slash = base.lastIndex(of: "/") else { return url }
        return base[...slash] + name + (options.isEmpty ? "" : "?\(options)")
    }

    /// Runs a statement as root and returns what it printed: a line a row, tabs between the columns, no heading.
    package func sql(_ statement: String) async throws -> String {
        try await script(["sql", "--skip-column-names", statement])
    }
}
