import Testing

@Suite struct StoresPlaceholder {}
