import Foundation
import NIOCore

/// Why an address could not be listened on, in words.
enum BindFailure {
    /// What the system said, without the call that it said it to.
    static func reason(_ error: any Error) -> String {
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)).lowercased() }
        if error is SocketAddressError.UnknownHost { return "no such host" }
        return "\(error)"
    }
}
