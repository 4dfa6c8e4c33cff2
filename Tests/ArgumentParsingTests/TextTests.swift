internal import Testing

@testable internal import ArgumentParsing

@Suite struct TextTests {
  static let text = """
    A line that is rather longer than most, with a considerablylongwordindeed in it.

      An indented line, also long enough to be broken at one place or another.
    """

  @Test(arguments: [1, 7, 12, 20, 33, 80, 200], [0, 4, 26])
  func wrapping(width: Int, indent: Int) {
    let wrapped = Self.text.wrapped(to: width + indent, indent: indent)
    let lines = wrapped.split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines where line.count > width + indent {
      #expect(!line.dropFirst(indent).contains(" "), "'\(line)' could be broken")
    }
    for line in lines where !line.isEmpty {
      #expect(line.hasPrefix(String(repeating: " ", count: indent)))
    }
    #expect(words(wrapped) == words(Self.text))
  }

  @Test func fittingTextStays() {
    #expect(Self.text.wrapped(to: 81) == Self.text)
    #expect("ab cd".wrapped(to: 5) == "ab cd")
    #expect("".wrapped(to: 5, indent: 3) == "")
  }

  private func words(_ text: String) -> [Substring] {
    text.split { $0 == " " || $0 == "\n" }
  }
}
