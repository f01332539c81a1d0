// LoadGenerator
