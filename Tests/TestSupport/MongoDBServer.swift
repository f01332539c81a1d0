import Foundation

/// The MongoDB that `RAFALE_TEST_MONGODB_URL` names, or anything that speaks its protocol.
package enum MongoDBServer {
    /// Its URL; nil where there is none to test with.
    package static var url: String? { Places.environment("RAFALE_TEST_MONGODB_URL") }

    /// The URL with a database that nobody has used.
    package static func freshDatabase(of url: String) -> String {
        let query = url.firstIndex(of: "?") ?? url.endIndex
        let database = "rafale_test_\(UUID().uuidString.prefix(8).lowercased())"
        var server = url[..<query]
        // What stands behind the slash is another database.
        if let slash = server.lastIndex(of: "/"), server[..<slash].hasSuffix("/") == false { server = server[..<slash] }
        return "\(server)/\(database)\(url[query...])"
    }
}
