/// The languages that the analysis knows.
package enum TextLanguage: UInt8, Sendable, CaseIterable {
    /// English.
    case english = 0
    /// French.
    case french
    /// Arabic.
    case arabic

    /// The ISO 639-1 code: `en`, `fr`, `ar`.
    package var code: StaticString {
        switch self {
        case .english: "en"
        case .french: "fr"
        case .arabic: "ar"
        }
    }

    /// The formula by which its reading ease is computed.
    package var readingEaseFormula: StaticString {
        switch self {
        case .english: "flesch_1948"
        case .french: "kandel_moles_1958"
        case .arabic: "osman_2016"
        }
    }
}
