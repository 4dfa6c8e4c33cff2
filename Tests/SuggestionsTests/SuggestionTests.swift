import Testing

@testable import Suggestions

@Suite struct SuggestionTests {
  static let names = ["mnist-5k", "fashion-mnist", "kmnist", "mnist"]

  @Test(arguments: [
    ("mnsit", "mnist"), ("MNIST", "mnist"), ("fashon-mnist", "fashion-mnist"),
    ("fashion_mnist", "fashion-mnist"), ("mnist5k", "mnist-5k"),
  ])
  func aSlipFindsTheNameThatWasMeant(slip: String, name: String) {
    #expect(Suggestion.closest(to: slip, among: Self.names) == name)
  }

  @Test(arguments: ["", "cifar", "imagenet", "x"])
  func aNameUnlikeAllOthersFindsNothing(name: String) {
    #expect(Suggestion.closest(to: name, among: Self.names) == nil)
  }

  @Test func betweenEqualsTheFirstIsMeant() {
    #expect(Suggestion.closest(to: "abcd", among: ["abcx", "abcy"]) == "abcx")
    #expect(Suggestion.closest(to: "abcd", among: []) == nil)
  }

  @Test(
    arguments: [
      ("pant", "paint"), ("cleanse", "clean"), ("pal", "palette"), ("PAL", "palette"), ("t", nil),
      ("zzzzz", nil), ("", nil), ("eval", "eval"),
    ] as [(String, String?)])
  func aBeginningOrAThirdOfTheLettersDecides(typed: String, meant: String?) {
    let names = ["paint", "palette", "clean", "eval", "evaluate"]
    #expect(Suggestion.closest(to: typed, among: names) == meant)
  }

  @Test func theHintIsTheNameThatWasMeantOrAllOfThem() {
    #expect(
      Suggestion.hint(for: "kernal", among: ["kernel", "filters"]) == "did you mean 'kernel'?")
    #expect(
      Suggestion.hint(for: "zoom", among: ["kernel", "filters"]) == "known are kernel, filters")
  }

  @Test func aTextOfAnyLengthIsReadQuickly() {
    #expect(Suggestion.closest(to: String(repeating: "a", count: 1_000_000), among: ["aa"]) == nil)
  }

  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("title", "titel", 1), ("ab", "ba", 1),
    ("colr", "colour", 2), ("same", "same", 0),
  ])
  func theDistanceCountsChangesAndSwaps(first: String, second: String, distance: Int) {
    #expect(Suggestion.editDistance(Array(first), Array(second)) == distance)
    #expect(Suggestion.editDistance(Array(second), Array(first)) == distance)
  }

  @Test func quotedTextStaysOnItsLine() {
    #expect("plain name".quoted == "'plain name'")
    #expect("a\nb\u{1b}[0m\u{202e}".quoted == "'a\\u{a}b\\u{1b}[0m\\u{202e}'")
    #expect(String(repeating: "x", count: 500).quoted.count == 123)
  }
}
