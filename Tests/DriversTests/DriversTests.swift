import Testing

@Suite struct DriversPlaceholder {}
