import CLibcrypto

/// The MD5 of lines, by which they are named: equal lines have one name. (RFC 1321; no safeguard against malice.)
///
/// For one thread at a time, and made for many lines: what libcrypto needs for a digest is kept.
package final class LineDigest {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    /// Throws where libcrypto has no MD5, as in its FIPS mode.
    package init() throws(DigestUnavailable) {
        guard let algorithm = EVP_MD_fetch(nil, "MD5", nil) else { throw DigestUnavailable() }
        guard let context = EVP_MD_CTX_new() else {
            EVP_MD_free(algorithm)
            throw DigestUnavailable()
        }
        self.algorithm = algorithm
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    /// The 32 hexadecimal digits of the bytes' digest, in lower case.
    package func hexadecimal(of bytes: UnsafeRawBufferPointer) throws(DigestUnavailable) -> String {
        var digest: (UInt64, UInt64) = (0, 0)
        let isDone = withUnsafeMutableBytes(of: &digest) { digest in
            EVP_DigestInit_ex2(context, algorithm, nil) == 1
                && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
                && EVP_DigestFinal_ex(context, digest.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) == 1
        }
        guard isDone else { throw DigestUnavailable() }
        return withUnsafeBytes(of: digest) { digest in
            String(unsafeUninitializedCapacity: 32) { text in
                for (index, byte) in digest.enumerated() {
                    text[2 * index] = Self.digit(byte >> 4)
                    text[2 * index + 1] = Self.digit(byte & 15)
                }
                return 32
            }
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }
}

/// The machine's libcrypto does not make MD5 digests.
package struct DigestUnavailable: Error, CustomStringConvertible {
    package var description: String {
        "libcrypto gives no MD5, which names the lines of web logs: is it in FIPS mode? Allow MD5 in openssl.cnf"
    }
}
