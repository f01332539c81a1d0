// Whether connections, transactions and confirms fit together.

extension Scenario {
    func checkConnection(_ decoding: inout Decoding) {
        guard decoding.isSound("connection", "broker") else { return }
        if let heartbeat = connection.heartbeat, heartbeat.nanosecondsValue.remainder(dividingBy: 1e9) != 0 {
            decoding.report(key: "connection.heartbeat", "AMQP knows whole seconds only")
        }
        if let timeout = connection.connectTimeout, timeout.nanosecondsValue.remainder(dividingBy: 1e6) != 0 {
            decoding.report(key: "connection.connect_timeout", "is counted in whole milliseconds")
        }
        if connection.recovery.initialDelay > connection.recovery.maxDelay {
            decoding.report(key: "connection.recovery.initial_delay", "must be at most 'max_delay'")
        }
        if connection.tls.key != nil, connection.tls.certificate == nil {
            decoding.report(key: "connection.tls.key", "is of no use without 'certificate'; give both")
        }
        guard connection.tls != TLS() else { return }
        var isPlain = true
        if case .servers(let urls) = broker.location {
            isPlain = !urls.allSatisfy { $0.secretText.lowercased().hasPrefix("amqps:") }
        }
        if isPlain {
            decoding.report(key: "connection.tls", "needs amqps:// in every address of broker.url")
        }
    }

    /// Reports what contradicts among confirms, transactions and channels.
    func checkAnswers(_ decoding: inout Decoding) {
        guard decoding.isSound("load", "target", "connection") else { return }
        if load.transactions != nil {
            // Written out, a scenario names the key with its default.
            if load.confirmWindow != Load().confirmWindow {
                decoding.report(
                    key: "load.confirm_window", "confirms and transactions exclude each other; remove one of them")
            }
            if target != .broker {
                decoding.report(key: "load.transactions", "means nothing with 'target: \(target.rawValue)'; remove it")
            }
        }
        if load.confirmTimeout != nil, load.window == 0 {
            decoding.report(key: "load.confirm_timeout", "needs confirms; set load.confirm_window above 0")
        }
        if let most = connection.channelMax, load.channels > most {
            decoding.report(key: "load.channels", "is above connection.channel_max, \(most); lower one of them")
        }
    }
}
