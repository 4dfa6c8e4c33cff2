public import Autodiff

extension Dataset {
  /// The first `count` examples, or all where there are no more.
  ///
  /// - Precondition: `count` is positive.
  public func prefix(_ count: Int) -> Dataset {
    precondition(count > 0, "Dataset.prefix: \(count) examples")
    guard count < self.count else { return self }
    return Dataset(
      name: name, part: part, imageShape: imageShape, images: Array(images[..<(count * imageSize)]),
      labels: Array(labels[..<count]), classNames: classNames, origin: origin,
      lineage: lineage.part("kept", of: "first-\(count)"))
  }

  /// Divides a training set into a part to fit to and a part to validate with.
  ///
  /// The validation part has every class in the same proportion as the whole, as nearly as whole
  /// examples allow: what is left over goes to the classes with the largest remainders, and between
  /// equal remainders `key` decides. Which examples of a class are taken is random, too; both parts
  /// keep the order of the whole.
  ///
  /// - Parameters:
  ///   - count: The number of validation examples; by default a tenth, rounded down.
  ///   - key: The key of the random choice: the same key gives the same parts.
  /// - Returns: The two parts; no validation part for a count of 0.
  /// - Throws: ``DatasetError/invalidValidationCount(_:available:)`` for a count that is negative or
  ///   leaves nothing to fit to.
  public func splittingValidation(
    count: Int? = nil, key: RandomKey
  ) throws(DatasetError) -> (training: Dataset, validation: Dataset?) {
    let count = count ?? self.count / 10
    guard count != 0 else { return (self, nil) }
    guard (1..<max(self.count, 1)).contains(count) else {
      throw .invalidValidationCount(count, available: self.count)
    }
    var examples = [[Int]](repeating: [], count: classCount)
    for (example, label) in labels.enumerated() { examples[Int(label)].append(example) }

    let key = key.folding("validation")
    let quotas = Self.quotas(
      of: count, sizes: examples.map(\.count),
      order: key.folding("remainder").permutation(classCount))
    var isHeldOut = [Bool](repeating: false, count: self.count)
    for (label, quota) in quotas.enumerated() {
      let order = key.folding("class").folding(label).permutation(examples[label].count)
      for place in order.prefix(quota) { isHeldOut[examples[label][place]] = true }
    }
    let words = [key.words.y, key.words.x].map { String($0, radix: 16) }
    let division = "validation-\(count)-\(words.joined(separator: "-"))"
    return (
      selecting(
        labels.indices.filter { !isHeldOut[$0] }, as: part,
        lineage: lineage.part("kept", of: division)),
      selecting(
        labels.indices.filter { isHeldOut[$0] }, as: .validation,
        lineage: lineage.part("held-out", of: division))
    )
  }

  /// The examples at some indices, in that order.
  func selecting(_ indices: [Int], as part: DatasetPart, lineage: DatasetLineage) -> Dataset {
    let size = imageSize
    var pixels: [UInt8] = []
    pixels.reserveCapacity(indices.count * size)
    for index in indices { pixels += images[(index * size)..<((index + 1) * size)] }
    return Dataset(
      name: name, part: part, imageShape: imageShape, images: pixels,
      labels: indices.map { labels[$0] }, classNames: classNames, origin: origin, lineage: lineage)
  }

  /// Divides `count` in proportion to `sizes` by the method of largest remainders; between equal
  /// remainders the first in `order` is served first.
  static func quotas(of count: Int, sizes: [Int], order: [Int]) -> [Int] {
    let total = sizes.reduce(0, +)
    let shares = sizes.map { total.dividingFullWidth($0.multipliedFullWidth(by: count)) }
    var quotas = shares.map(\.quotient)
    let missing = count - quotas.reduce(0, +)
    var rank = [Int](repeating: 0, count: sizes.count)
    for (place, index) in order.enumerated() { rank[index] = place }
    let served = sizes.indices.sorted {
      (shares[$1].remainder, rank[$0]) < (shares[$0].remainder, rank[$1])
    }
    for index in served.prefix(missing) { quotas[index] += 1 }
    return quotas
  }
}
