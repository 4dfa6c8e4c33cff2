internal import Autodiff
package import Datasets

/// Data sets that need no files.
package enum Images {
  /// Two classes of 6 × 6 images: the upper or the lower half is brighter, under noise.
  package static func halves(
    _ count: Int, seed: UInt64, part: DatasetPart = .training, collection: String = "halves"
  ) -> Dataset {
    let key = RandomKey(seed: seed).folding("images")
    let labels = (0..<count).map { Int32($0 % 2) }
    let pixels = labels.enumerated().flatMap { row, label in
      (0..<36).map { place in
        let isBright = (place < 18) == (label == 0)
        return UInt8(key.uniform(row: row, index: place) * 120 + (isBright ? 110 : 10))
      }
    }
    return Dataset(
      name: collection, part: part, imageShape: [6, 6, 1], images: pixels, labels: labels,
      classNames: ["upper", "lower"], origin: "a test",
      lineage: DatasetLineage(collection: collection)
        .part(part == .test ? "test" : "train", of: "split"))
  }

  /// Noise, with random labels; every byte occurs, and the ends of the range often.
  package static func noise(
    _ count: Int, shape: [Int], classes: Int, seed: UInt64
  ) -> (images: [UInt8], labels: [Int32]) {
    let key = RandomKey(seed: seed).folding("noise")
    let pixels = (0..<count * shape.reduce(1, *)).map { place in
      UInt8(min(max(key.uniform(row: 0, index: place) * 300 - 22, 0), 255))
    }
    return (pixels, (0..<count).map { Int32(key.uniform(row: 1, index: $0) * Float(classes)) })
  }
}
