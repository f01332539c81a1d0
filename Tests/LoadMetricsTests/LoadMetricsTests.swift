import Testing

@Suite struct LoadMetricsPlaceholder {}
