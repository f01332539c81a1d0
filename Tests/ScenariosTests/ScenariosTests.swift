import Testing

@Suite struct ScenariosPlaceholder {}
