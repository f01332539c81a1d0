import Testing

@Suite struct PipelineWorkerPlaceholder {}
