// LoadMetrics
