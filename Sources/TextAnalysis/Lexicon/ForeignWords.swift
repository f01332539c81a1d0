/// Very common words of Spanish, German, Italian, Portuguese and Dutch, Persian and Urdu.
///
/// They keep a text of a neighbouring language from passing for French, English or Arabic; words that French or English
/// share are left out.
enum ForeignWords {
    static let words = """
        el los las una uno unos con por para pero como más muy también este esta esto eso ese esa hay fue ser está están son
        cuando donde porque sobre entre hasta desde todo todos nada ella ellos nosotros usted ya sus mi lo al del y
        der das und ist nicht ein eine einen einem einer ich sie wir ihr auch auf für mit dem den von zu im sich wird
        sind haben werden oder aber wenn wie nur noch nach bei aus über durch kann mehr sehr schon dass zum zur
        il gli che di è non sono della delle dei degli nel nella alla questo questa anche più ma essere stato ha
        hanno molto tutti dove perché quando così già loro noi voi
        um uma não com mais mas foi ele ela isso são seu sua das na nas nos pelo pela também já eu muito você
        het een niet dat ik je zijn er maar ook voor aan hebben heeft naar wordt deze uit bij nog wel geen
        است که را با برای از شده می های بود شد شما کرد کند نیز
        ہے ہیں کا کی کے میں نے سے کو پر اور یہ وہ نہیں تھا تھی
        """
}

/// Words that take a full stop within a sentence, in the three languages, without that full stop.
enum Abbreviations {
    static let titles = """
        mr mrs ms dr prof st ste sr jr gen col capt lt sgt rev hon gov sen rep pres mt ft vs mme mmes mlle mlles mgr
        e.g i.e cf c.f p.ex viz approx env av bd
        """

    static let beforeNumbers = """
        no nos nr num art ch chap fig figs vol vols p pp pg par sec éd ed réf ref tél tel ext ص ج رقم
        """
}
