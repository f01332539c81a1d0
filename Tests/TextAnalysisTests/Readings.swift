@testable import TextAnalysis

/// The keys of a text's words, in order.
func keys(_ text: String) -> [String] {
    var text = text
    var scratch = TextScratch()
    text.withUTF8 { scratch.tokenize($0, tables: .shared, lexicon: .shared) }
    return scratch.tokens[..<scratch.tokenCount].map { token in
        let start = Int(token.keyStart)
        return String(decoding: scratch.keys[start..<(start + Int(token.keyLength))], as: UTF8.self)
    }
}

func analyze(_ text: String) -> TextReport { TextAnalyzer().analyze(text) }

func analyze(bytes: [UInt8]) -> TextReport { bytes.withUnsafeBytes { TextAnalyzer().analyze($0) } }

/// Texts of a few sentences as newspapers write them.
enum Sample {
    static let english = """
        The committee met on Tuesday morning to discuss the future of the old railway station, which has stood empty for \
        almost twenty years. "We have waited long enough," said Anna Whitfield, who runs the bakery across the street. \
        "It's a beautiful building and it deserves better than broken windows." The mayor promised a decision before the \
        end of March, although he admitted that money remains a difficult problem.
        """
    static let french = """
        Le conseil municipal s'est réuni mardi matin pour discuter de l'avenir de l'ancienne gare, qui reste vide depuis \
        près de vingt ans. « Nous avons assez attendu », a déclaré Hélène Moreau, qui tient la boulangerie d'en face. \
        « C'est un très beau bâtiment et il mérite mieux que des vitres cassées. » Le maire a promis une décision avant \
        la fin du mois de mars, même s'il a reconnu que l'argent demeure un problème difficile.
        """
    static let arabic = """
        اجتمع المجلس البلدي صباح يوم الثلاثاء لمناقشة مستقبل محطة القطار القديمة التي ظلت فارغة منذ ما يقرب من عشرين عاما. \
        وقالت السيدة ليلى حداد صاحبة المخبز المقابل: «لقد انتظرنا بما فيه الكفاية». ووعد رئيس البلدية باتخاذ قرار قبل نهاية \
        شهر مارس، رغم أنه اعترف بأن المال ما زال مشكلة صعبة بالنسبة للمدينة. هل سيعود القطار؟
        """
    static let all = [english, french, arabic]
}
