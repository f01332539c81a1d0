import Foundation
package import Testing

/// What a test may need of the machine.
///
/// In CI (`CI=true`) nothing is skipped: the test runs, and fails where the thing is missing. Elsewhere the test is
/// skipped, and the log says what is not tested and how to get it.
package enum Requirement: Sendable {
    /// RabbitMQ, installed or named by `RAFALE_TEST_RABBITMQ_URL`.
    case rabbitMQ
    /// A RabbitMQ of the tests' own, which they may crash.
    case ownRabbitMQ
    /// MariaDB, installed or named by `RAFALE_TEST_MYSQL_URL`.
    case mariaDB
    /// A MariaDB of the tests' own, which they may crash.
    case ownMariaDB
    /// A MongoDB, which no distribution packages: only where `RAFALE_TEST_MONGODB_URL` names one, also in CI.
    case mongoDB
    /// A program in PATH.
    case tool(String, package: String)
    /// The virtual environment with pika and aio-pika.
    case pythonClients

    /// Whether it is there.
    package var isMet: Bool {
        switch self {
        case .rabbitMQ: Places.environment("RAFALE_TEST_RABBITMQ_URL") != nil || Self.ownRabbitMQ.isMet
        case .ownRabbitMQ: Self.isExecutable("/usr/lib/rabbitmq/bin/rabbitmq-server")
        case .mariaDB: Self.hasMySQL && (Places.environment("RAFALE_TEST_MYSQL_URL") != nil || Self.ownMariaDB.isMet)
        case .ownMariaDB: Self.hasMySQL && Places.tool("mariadbd") != nil
        case .mongoDB: Self.hasMongoDB && Places.environment("RAFALE_TEST_MONGODB_URL") != nil
        case .tool(let name, package: _): Places.tool(name) != nil
        case .pythonClients: Self.isExecutable(Places.python.path)
        }
    }

    private var missing: Comment {
        switch self {
        case .rabbitMQ, .ownRabbitMQ: "not tested: RabbitMQ is not installed here (make deps-test)"
        case .mariaDB, .ownMariaDB: "not tested: MariaDB or the store for it is missing here (make deps-test)"
        case .mongoDB: "not tested: RAFALE_TEST_MONGODB_URL names no MongoDB, or the store for it is missing"
        case .tool(let name, let package): "not tested: \(name) is missing (Debian package \(package), make deps-test)"
        case .pythonClients: "not tested: pika and aio-pika are missing (make deps-test)"
        }
    }

    #if MySQL
        private static let hasMySQL = true
    #else
        private static let hasMySQL = false
    #endif
    #if MongoDB
        private static let hasMongoDB = true
    #else
        private static let hasMongoDB = false
    #endif

    private static func isExecutable(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Whether nothing may be skipped.
    package static var isCI: Bool { Places.environment("CI") == "true" }

    fileprivate var trait: ConditionTrait {
        .enabled(missing) { isMet || Self.isCI && isInstallable }
    }

    /// Whether CI can have it, and so must.
    private var isInstallable: Bool { if case .mongoDB = self { false } else { true } }
}

extension Trait where Self == ConditionTrait {
    /// The test uses the ``RabbitMQServer`` that the tests share.
    package static var needsRabbitMQ: Self { Requirement.rabbitMQ.trait }

    /// The test uses a ``RabbitMQServer`` that this process started.
    package static var needsOwnRabbitMQ: Self { Requirement.ownRabbitMQ.trait }

    /// The test uses the ``MariaDBServer`` that the tests share.
    package static var needsMariaDB: Self { Requirement.mariaDB.trait }

    /// The test uses a ``MariaDBServer`` of its own.
    package static var needsOwnMariaDB: Self { Requirement.ownMariaDB.trait }

    /// The test uses the MongoDB that `RAFALE_TEST_MONGODB_URL` names.
    package static var needsMongoDB: Self { Requirement.mongoDB.trait }

    /// The test runs the Python of ``Places/python`` with pika and aio-pika.
    package static var needsPythonClients: Self { Requirement.pythonClients.trait }

    /// The test runs a program of the system.
    package static func needs(tool: String, package: String) -> Self { Requirement.tool(tool, package: package).trait }
}
