internal import Autodiff

/// The two-sided permutation test of the difference of two means of whole numbers.
struct PermutationTest {
  let pValue: Double
  let smallestPossiblePValue: Double
  let isExact: Bool

  static let mostSplits = 200_000
  static let samples = 20_000

  /// - Precondition: neither group is empty.
  init(_ first: [Int], _ second: [Int]) {
    let values = first + second
    let size = min(first.count, second.count)
    let group = first.count == size ? first : second
    let total = values.reduce(0, +)
    /// The difference of the means by a positive factor, without rounding, so that ties are seen.
    func difference(_ sum: Int) -> Int { abs(values.count * sum - size * total) }
    let observed = difference(group.reduce(0, +))

    let splits = Self.splits(of: values.count, size: size)
    isExact = splits != nil
    // Between groups of one size every split has a mirror image that differs as much.
    let fewest = 2 * size == values.count ? 2.0 : 1
    if let splits {
      let extreme = Self.countGroups(of: values[...], size: size, sum: 0) {
        difference($0) >= observed
      }
      pValue = Double(extreme) / Double(splits)
      smallestPossiblePValue = fewest / Double(splits)
    } else {
      let key = RandomKey(seed: 0).folding("seed-comparison")
      let extreme = (0..<Self.samples).count { sample in
        difference(Self.randomSum(of: size, from: values, key: key.folding(sample))) >= observed
      }
      pValue = Double(extreme + 1) / Double(Self.samples + 1)
      smallestPossiblePValue = 1 / Double(Self.samples + 1)
    }
  }

  /// The number of groups of `size` among `count`, or `nil` if there are too many to try.
  private static func splits(of count: Int, size: Int) -> Int? {
    var splits = 1
    for index in 0..<size {
      splits = splits * (count - index) / (index + 1)
      guard splits <= mostSplits else { return nil }
    }
    return splits
  }

  /// How many groups of `size` of the values, with what has been chosen before, have a sum of which
  /// `counts` is true.
  private static func countGroups(
    of values: ArraySlice<Int>, size: Int, sum: Int, where counts: (Int) -> Bool
  ) -> Int {
    guard size > 0 else { return counts(sum) ? 1 : 0 }
    guard values.count >= size else { return 0 }
    let rest = values.dropFirst()
    return countGroups(of: rest, size: size - 1, sum: sum + values.first!, where: counts)
      + countGroups(of: rest, size: size, sum: sum, where: counts)
  }

  /// The sum of a random group: the first places of a Fisher-Yates shuffle.
  private static func randomSum(of size: Int, from values: [Int], key: RandomKey) -> Int {
    var values = values
    var sum = 0
    for place in 0..<size {
      let chosen = place + key.integer(below: UInt32(values.count - place), row: UInt32(place))
      values.swapAt(place, chosen)
      sum += values[place]
    }
    return sum
  }
}
