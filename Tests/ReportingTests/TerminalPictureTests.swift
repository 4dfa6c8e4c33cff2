import TestSupport
import Testing

@testable import Reporting

@Suite struct TerminalPictureTests {
  static let ring = Picture(
    bytes: (0..<144).map { index in
      let (row, column) = (index / 12 * 2 - 11, index % 12 * 2 - 11)
      return UInt8(max(0, 255 - 4 * abs(row * row + column * column - 60)))
    }, height: 12, width: 12, channels: 1)

  static let perturbation = PerturbationPicture(
    values: (0..<144).map { Float($0 * 7 % 5 - 2) * 0.05 }, height: 12, width: 12, channels: 1)

  static let panels: [TerminalPicture.Panel] = [
    .init("an image: 0", ring), .init("change × 0.1", perturbation), .init("result: 6", ring),
  ]

  @Test func theTextIsTheRecordedOne() throws {
    let picture = TerminalPicture(Self.panels)
    try expectSnapshot(picture.text(style: .plain), named: "picture.txt")
    try expectSnapshot(picture.text(style: .ansi), named: "picture.ansi.txt")
  }

  @Test func aHalfBlockShowsTwoPixels() {
    let picture = Picture(bytes: [10, 20, 30, 40], height: 2, width: 2, channels: 1)
    #expect(
      TerminalPicture([.init("", picture)]).text(style: .ansi)
        == "\u{1B}[38;2;10;10;10m\u{1B}[48;2;30;30;30m▀"
        + "\u{1B}[38;2;20;20;20m\u{1B}[48;2;40;40;40m▀\u{1B}[0m\n")
  }

  @Test func aColourIsNamedOnceAndAnOddRowHasNoBackground() {
    let picture = Picture(bytes: [1, 2, 3, 1, 2, 3], height: 1, width: 2, channels: 3)
    #expect(
      TerminalPicture([.init("", picture)]).text(style: .ansi) == "\u{1B}[38;2;1;2;3m▀▀\u{1B}[0m\n")
  }

  @Test func withoutColoursARampShowsLuminance() {
    let picture = Picture(bytes: [0, 26, 128, 255], height: 1, width: 4, channels: 1)
    #expect(TerminalPicture([.init("", picture)]).text(style: .plain) == " .+@\n")
  }

  @Test func withoutColoursCharactersShowTheSign() {
    let values: [Float] = [0, 0.1, 0.04, -0.1, -0.04]
    let picture = PerturbationPicture(values: values, height: 1, width: 5, channels: 1)
    #expect(TerminalPicture([.init("", picture)]).text(style: .plain) == " #+=-\n")
    let colors = PerturbationPicture(
      values: [0, 0.1, 0.04, -0.1, -0.04, 0.02], height: 1, width: 2, channels: 3)
    #expect(TerminalPicture([.init("", colors)]).text(style: .plain) == "#=\n")
  }

  @Test(arguments: TextStyle.allCases)
  func everyLineIsAsWideAsItsPanels(style: TextStyle) {
    let lines = TerminalPicture(Self.panels).text(style: style)
      .replacing(/\u{1B}\[[0-9;]*m/, with: "").split(separator: "\n")
    #expect(lines.allSatisfy { String($0).displayWidth <= 3 * 12 + 2 * 2 })
    #expect(lines.count == 1 + (style == .ansi ? 6 : 12))
  }

  @Test func panelsThatDoNotFitGoBelow() {
    let beside = TerminalPicture(Self.panels, columns: 40).text(style: .plain)
    let below = TerminalPicture(Self.panels, columns: 39).text(style: .plain)
    #expect(beside.split(separator: "\n", omittingEmptySubsequences: false).count == 14)
    #expect(below.split(separator: "\n", omittingEmptySubsequences: false).count == 28)
  }
}
