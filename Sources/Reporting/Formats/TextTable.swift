/// Columns of text that line up: the first one to the left, the others to the right.
struct TextTable {
    /// What stands at the top of each column.
    var header: [String]
    /// The cells, as many in each row as there are columns.
    var rows: [[String]] = []

    /// The lines, each at most `width` characters; the first column gives way when they would be longer.
    func lines(width: Int, gap: Int = 2) -> [String] {
        let columns = header.count
        var widths = [Int](repeating: 0, count: columns)
        for row in [header] + rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        let others = widths.dropFirst().reduce(0) { $0 + $1 + gap }
        if widths[0] + others > width { widths[0] = max(4, width - others) }
        return ([header] + rows).map { row in
            var line = row[0].padded(to: widths[0])
            for (index, cell) in row.enumerated().dropFirst() {
                line += String(repeating: " ", count: gap) + cell.padded(to: widths[index], alignRight: true)
            }
            // Numbers no run has: better cut than broken over the terminal's edge.
            return line.count <= width ? line : line.padded(to: width)
        }
    }
}

extension String {
    /// Filled with spaces, or cut with an ellipsis, to exactly `width` characters.
    func padded(to width: Int, alignRight: Bool = false) -> String {
        guard count <= width else { return width > 0 ? prefix(width - 1) + "…" : "" }
        let space = String(repeating: " ", count: width - count)
        return alignRight ? space + self : self + space
    }

    /// Cut into lines of at most `width` characters at spaces, longer words anywhere.
    func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ", omittingEmptySubsequences: true) {
            var word = word
            if !line.isEmpty, line.count + 1 + word.count <= width {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while word.count > width {
                lines.append(String(word.prefix(width)))
                word = word.dropFirst(width)
            }
            line = String(word)
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
