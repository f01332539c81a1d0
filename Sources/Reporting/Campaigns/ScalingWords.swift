import Statistics

/// What a scaling law means, in words for people.
enum ScalingWords {
    /// The law in a sentence, and what must be said beside it, one sentence each.
    static func sentences(_ fit: ScalabilityFit, key: ScalingKey) -> [String] {
        [meaning(fit, key: key)] + fit.cautions.compactMap { caution($0, fit: fit, key: key) }
    }

    /// `contention 3 %, coherency 0.1 %: more than 12 workers make it slower`.
    static func meaning(_ fit: ScalabilityFit, key: ScalingKey) -> String {
        "\(coefficients(fit.law)): \(consequence(fit, key: key))"
    }

    /// The two coefficients as shares.
    static func coefficients(_ law: ScalabilityLaw) -> String {
        "contention \(share(law.contention)), coherency \(share(law.coherency))"
    }

    private static func consequence(_ fit: ScalabilityFit, key: ScalingKey) -> String {
        let law = fit.law
        let measured = key.words(Quantity.trimmed(fit.measuredTo))
        guard law.peakWorkers != nil else {
            guard let most = law.greatestThroughput, most < 1_000 * law.throughputOfOne else {
                return "it grows in proportion, as far as \(measured) show"
            }
            return
                "each \(key.unit ?? "step") more brings less than the one before; no loss by more of them is seen up to "
                + measured
        }
        let best = wholePeak(law)
        guard fit.peakIsSupported else {
            return "up to \(measured) no end of the growth can be told from these figures"
        }
        let interval = peakInterval(fit).map { " (\($0))" } ?? ""
        if Double(best) < fit.measuredTo {
            return "more than \(key.words(String(best))) make it slower\(interval)"
        }
        return "more than \(key.words(String(best))) will make it slower\(interval)"
    }

    private static func caution(_ caution: FitCaution, fit: ScalabilityFit, key: ScalingKey) -> String? {
        switch caution {
        case .poorFit(let rSquared):
            return "The law explains only \(Quantity.percent(max(0, rSquared), of: 1)) of how the throughput varies: "
                + "something else than contention and coherency is at work."
        case .fewPoints(let count):
            return "\(count) values are few for three coefficients: measure at least six before you build on them."
        case .peakNotMeasured(_, let measuredTo):
            guard fit.peakIsSupported else { return nil }
            return "The peak lies beyond the \(key.words(Quantity.trimmed(measuredTo))) that were measured: it is "
                + "extrapolated."
        case .peakExtrapolated(let peak, let measuredTo):
            return "A peak at \(Quantity.short(peak.rounded())) would be more than twice the "
                + "\(key.words(Quantity.trimmed(measuredTo))) that were measured, and is not to be relied on."
        case .noPeak: return nil
        case .noSingleWorker(let least):
            return
                "Of \(key.words("1")) alone there is no figure, \(Quantity.trimmed(least)) was the least: speed-up and "
                + "efficiency are relative to that."
        case .noIntervals:
            return "There are no more runs than coefficients, so that the law has no intervals: repeat them."
        }
    }

    /// What speed-up and efficiency are relative to where no run of the least value counts, a sentence for each curve.
    static func replacedBases(_ picture: ScalingPicture) -> [String] {
        guard picture.key.isResource, picture.isNumeric else { return [] }
        return picture.curves.compactMap { curve -> String? in
            guard let (least, base) = curve.replacedBase else { return nil }
            let place = curve.label.flatMap { label in picture.seriesKey.map { $0.words(label) + ": " } } ?? ""
            let sentence =
                "\(place)there is no figure that counts with \(picture.key.words(least.label)): speed-up and "
                + "efficiency are relative to \(picture.key.words(base.label))."
            return sentence.capitalizedFirst
        }
    }

    /// The whole number of workers that carries the most.
    static func wholePeak(_ law: ScalabilityLaw) -> Int {
        let peak = min(law.peakWorkers ?? 1, 1e9)
        let (below, above) = (max(1, peak.rounded(.down)), max(1, peak.rounded(.up)))
        return Int(law.throughput(at: above) > law.throughput(at: below) ? above : below)
    }

    /// `10 to 15 with 95 % confidence`; nil without intervals.
    static func peakInterval(_ fit: ScalabilityFit) -> String? {
        guard let interval = fit.uncertainty?.peakWorkers else { return nil }
        let low = Quantity.short(max(1, interval.low.rounded()))
        // A bound that far out says only that there is none.
        guard interval.high.isFinite, interval.high < 20 * fit.measuredTo else {
            return "at least \(low) with 95 % confidence"
        }
        let high = Quantity.short(max(1, interval.high.rounded()))
        return low == high ? "with 95 % confidence" : "\(low) to \(high) with 95 % confidence"
    }

    /// A share with two digits that say something: `3 %`, `0.12 %`, `0 %`.
    static func share(_ value: Double) -> String {
        let percent = value * 100
        guard percent.isFinite else { return Quantity.none }
        if percent < 0.000_05 { return "0 %" }
        if percent >= 10 { return Quantity.fixed(percent, decimals: 0) + " %" }
        var decimals = 1
        var least = 1.0
        while percent < least, decimals < 5 {
            decimals += 1
            least /= 10
        }
        var text = Quantity.fixed(percent, decimals: decimals)[...]
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text + " %"
    }

    /// A share's interval: `1.1 – 4.8 %`.
    static func share(_ interval: Interval) -> String {
        let low = share(interval.low)
        return "\(low.dropLast(2)) – \(share(interval.high))"
    }
}

extension String {
    /// With a capital letter at its start.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
