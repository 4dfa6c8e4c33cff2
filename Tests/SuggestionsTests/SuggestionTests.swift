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

  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("ab", "ba", 2),
  ])
  func theDistanceCountsChanges(first: String, second: String, distance: Int) {
    #expect(Suggestion.editDistance(Array(first), Array(second)) == distance)
  }
}
