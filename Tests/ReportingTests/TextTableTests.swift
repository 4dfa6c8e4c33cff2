import Testing

@testable import Reporting

@Suite struct TextTableTests {
  @Test func cellsStandInAlignedColumns() {
    var table = TextTable(columns: [.leading, .trailing, .leading], indentation: 1)
    table.addRow(["name", "count", "note"])
    table.addRule()
    table.addRow(["a", "10000", ""])
    table.addHeading("a heading that is wider than all the columns")
    table.addRow(["longer name", "7", "x"])
    #expect(
      table.text() == """
         name         count  note
         ────────────────────────
         a            10000
         a heading that is wider than all the columns
         longer name      7  x

        """)
  }

  @Test func coloursTakeNoRoom() {
    var table = TextTable(columns: [.leading, .trailing])
    table.addRow([.init("ab", .strong), .init("1", .worse)])
    table.addRow(["abcd", "123"])
    #expect(
      table.text(style: .ansi) == "\u{1B}[1mab\u{1B}[0m      \u{1B}[31m1\u{1B}[0m\nabcd  123\n")
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("ε = 0.1", 7), ("e\u{301}", 1), ("数字", 4), ("🙂", 2), ("한", 2), ("…–─", 3),
  ])
  func widthIsThatOfTheTerminal(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test func shorteningKeepsTheEnd() {
    #expect("model.safetensors".shortened(to: 17) == "model.safetensors")
    #expect("a/model.safetensors".shortened(to: 18) == "…model.safetensors")
    #expect("数字数字".shortened(to: 6) == "…数字")
    #expect("数字".shortened(to: 1) == "…")
  }

  @Test func wordsAreWrapped() {
    #expect("one two three".wrapped(to: 7) == ["one two", "three"])
    #expect("incomprehensible word".wrapped(to: 4) == ["incomprehensible", "word"])
    #expect("".wrapped(to: 4) == [])
  }

  @Test func aRowOfAnotherLengthIsRefused() async {
    await #expect(processExitsWith: .failure) {
      var table = TextTable(columns: [.leading])
      table.addRow(["a", "b"])
    }
  }
}
