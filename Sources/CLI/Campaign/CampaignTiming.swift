import ArgumentParser

/// How long the runs of a campaign take.
struct CampaignTiming: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long each run measures; where rates are tried the first at each, all of them four times as long at "
                + "most (10s).", valueName: "duration"),
        transform: DurationArgument.read)
    var measure: DurationArgument?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long each run warms up before (2s).", valueName: "duration"),
        transform: DurationArgument.read)
    var warmUp: DurationArgument?

    /// What is measured where nobody says otherwise, and how long it warms up before.
    private static let usual = (measure: Duration.seconds(10), warmUp: Duration.seconds(2))

    var measuredDuration: Duration { measure?.duration ?? Self.usual.measure }
    var warmUpDuration: Duration { warmUp?.duration ?? Self.usual.warmUp }

    func validate() throws {
        guard measuredDuration >= .seconds(1), measuredDuration <= .seconds(3600) else {
            throw ValidationError("--measure must be 1s to 60m.")
        }
        guard warmUpDuration >= .zero, warmUpDuration <= .seconds(3600) else {
            throw ValidationError("--warm-up must be at most 60m.")
        }
    }

    /// Refuses what is too short for a trend of the backlog; `words` say when that matters.
    func checkTrend(_ words: String = "") throws {
        guard measuredDuration >= .seconds(4) else {
            throw ValidationError("--measure must be 4s or more\(words): from less no trend can be seen.")
        }
    }

    /// Takes what is left out from a campaign that is gone on with.
    mutating func adopt(_ given: GivenOptions) {
        given.fill(&measure, "--measure", DurationArgument.init(argument:))
        given.fill(&warmUp, "--warm-up", DurationArgument.init(argument:))
    }

    /// Takes note of what is given, for who goes on.
    func keep(in given: inout GivenOptions) {
        given.keep("--measure", measure?.description)
        given.keep("--warm-up", warmUp?.description)
    }
}
