// The entry that libFuzzer calls with each input: `make fuzz` builds and runs it (scripts/fuzz).
//
// The questions asked of the bytes are those of Tests/WebLogsTests/LineChecks.swift.

/// Takes one input; a finding ends the process, which libFuzzer reports with the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    do {
        try LineChecks.run(UnsafeRawBufferPointer(start: start, count: count))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
