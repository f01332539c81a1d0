import Testing

@testable import CLI

@Suite struct ProgramEnvironmentTests {
    @Test(arguments: [
        ("STORE=mysql://me:a=b#c@host/db", "mysql://me:a=b#c@host/db"), ("STORE=sqlite  # here", "sqlite"),
        ("STORE='mysql://me:p w#@host/db' # quoted", "mysql://me:p w#@host/db"),
        ("  export STORE = \"none\"  ", "none"),
        ("STORE=", ""), ("STORE=it's", "it's"),
    ])
    func aLineNamesAVariableAndItsValue(line: String, value: String) {
        let file = "# a comment\nnot a variable\n\(line)\nOTHER=1\n"
        #expect(ProgramEnvironment.merged([:], file: file) == ["STORE": value, "OTHER": "1"])
    }

    @Test func whatTheEnvironmentHasTheFileDoesNotChange() {
        let merged = ProgramEnvironment.merged(
            ["STORE": "none", "HOME": "/h"], file: "STORE=sqlite\r\nBROKER=embedded\r\n")
        #expect(merged == ["STORE": "none", "HOME": "/h", "BROKER": "embedded"])
        #expect(ProgramEnvironment.merged(["A": "1"], file: nil) == ["A": "1"])
    }
}
