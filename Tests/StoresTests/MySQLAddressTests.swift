#if MySQL
    import Testing

    @testable import Stores

    @Suite("Addresses of MySQL servers")
    struct MySQLAddressTests {
        @Test("name everything that a connection needs")
        func complete() throws {
            var expected = MySQLAddress()
            expected.host = "db.example.org"
            expected.port = 3307
            expected.user = "me@home"
            expected.password = "p/w@1:2%"
            expected.database = "logs"
            expected.encryption = .verify
            expected.certificateAuthority = "/ca.pem"
            expected.pool = 4
            expected.timeoutSeconds = 5
            expected.connectTimeoutSeconds = 3
            let text =
                "mysql://me%40home:p%2Fw@1:2%25@db.example.org:3307/logs?tls=verify&ca=/ca.pem&pool=4&timeout=5"
                + "&connect_timeout=3"
            #expect(try StoreURL(text, defaultSQLitePath: "") == .mysql(expected))
            #expect(try StoreURL(text.replacing("mysql:", with: "mariadb:"), defaultSQLitePath: "") == .mysql(expected))
        }

        @Test("have defaults for what they leave out")
        func defaults() throws {
            guard case .mysql(let address) = try StoreURL("mysql://me@[::1]/d?socket=/run/s", defaultSQLitePath: "")
            else {
                Issue.record("not an address of MySQL")
                return
            }
            #expect(address.host == "::1")
            #expect(address.port == 3306)
            #expect(address.password.isEmpty)
            #expect(address.socket == "/run/s")
            #expect(address.encryption == .off)
            #expect("\(address)" == "mysql:/run/s/d")
        }

        @Test(
            "or say what is wrong, without a part of themselves",
            arguments: [
                "mysql", "mysql:", "mysql:u:hunter2@h/d", "mysql://u:hunter2@h", "mysql://u:hunter2@h/",
                "mysql://h/d", "mysql://:hunter2@h/d", "mysql://u:hunter2@h:0/d", "mysql://u:hunter2@h:x/d",
                "mysql://u:hunter2?@h/d", "mysql://u:hunter2%zz@h/d", "mysql://u:hunter2@h/d?tls=maybe",
                "mysql://u:hunter2@h/d?pool=0", "mysql://u:hunter2@h/d?timeout=0", "mysql://u:hunter2@h/d?hunter2=1",
                "mysql://u:hunter2@h/d?ca=/x", "mysql://u:hunter2@h/d?ca=/x&tls=require", "mysql://u:hunter2@::1/d",
                "mysql://u:hunter2@fe80::1:3306/d",
            ])
        func mistakes(_ text: String) {
            let error = #expect(throws: StoreError.self) { _ = try StoreURL(text, defaultSQLitePath: "") }
            guard case .invalidURL = error else {
                Issue.record("expected a mistake in the address, not \(String(describing: error))")
                return
            }
            #expect(error?.description.contains("hunter2") == false)
        }

        @Test(
            "and say how to mend what is often written",
            arguments: [
                ("mysql://u@::1/d", "in brackets"), ("mysql://u@h/d?tls=require&ca=/x", "'ca' needs 'tls=verify'"),
            ])
        func advice(_ text: String, _ words: String) {
            let error = #expect(throws: StoreError.self) { _ = try StoreURL(text, defaultSQLitePath: "") }
            #expect(error?.description.contains(words) == true)
        }

        @Test("never show their password")
        func redacted() throws {
            let url = try StoreURL("mysql://u:hunter2@h:1/d", defaultSQLitePath: "")
            var dumped = ""
            dump(url, to: &dumped)
            for shown in ["\(url)", String(reflecting: url), dumped] { #expect(!shown.contains("hunter2")) }
            #expect("\(url)" == "mysql:h:1/d")
        }
    }
#endif
