/// A store whose C library may be missing where this program is built, which then leaves it out.
///
/// Each is a trait of the package (see Package.swift), on by default where the library is installed.
struct OptionalStore: Sendable {
    /// What its URLs begin with, before the colon.
    let schemes: [String]
    /// How its URLs look.
    let form: String
    /// The Debian package with the library.
    let package: String
    /// Whether this build has it.
    let isBuilt: Bool

    /// MySQL and MariaDB.
    static let mySQL = OptionalStore(
        schemes: ["mysql", "mariadb"], form: "mysql://USER:PASSWORD@HOST:PORT/DATABASE", package: "libmariadb-dev",
        isBuilt: isMySQLBuilt)

    /// MongoDB, and what speaks its protocol.
    static let mongoDB = OptionalStore(
        schemes: ["mongodb", "mongodb+srv"], form: "mongodb://USER:PASSWORD@HOST:PORT/DATABASE",
        package: "libmongoc-dev", isBuilt: isMongoDBBuilt)

    /// All of them.
    static let all = [mySQL, mongoDB]

    private static var isMongoDBBuilt: Bool {
        #if MongoDB
            true
        #else
            false
        #endif
    }

    private static var isMySQLBuilt: Bool {
        #if MySQL
            true
        #else
            false
        #endif
    }
}
