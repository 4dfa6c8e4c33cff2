import Autodiff
import Datasets
import Testing

@Suite struct AugmentationTests {
  static let shape = [5, 4, 2]
  static let size = 40

  /// Images of which every byte tells its place and none is 0.
  static let dataset = Dataset(
    name: "fixture", part: .training, imageShape: shape,
    images: (0..<60).flatMap { example in (1...40).map { UInt8(example * 3 + $0) } },
    labels: (0..<60).map { $0 % 3 }, classNames: ["a", "b", "c"], origin: "made here",
    lineage: DatasetLineage(collection: "fixture"))

  /// The images of an epoch by example.
  static func images(
    _ augmentation: Augmentation, batchSize: Int = 7, seed: UInt64 = 1, epoch: Int = 1
  ) -> [[UInt8]] {
    let loader = BatchLoader(
      dataset, batchSize: batchSize, key: RandomKey(seed: seed), epoch: epoch,
      augmentation: augmentation)
    let batch = Batch(capacity: batchSize, imageShape: shape)
    var images = [[UInt8]](repeating: [], count: dataset.count)
    for index in 0..<loader.batchCount {
      loader.load(index, into: batch)
      for place in 0..<batch.count {
        let example = Int(batch.examples[place])
        #expect(batch.labels[place] == dataset.labels[example])
        images[example] = Array(batch.images[place * size..<(place + 1) * size])
      }
    }
    return images
  }

  static func original(_ example: Int) -> [UInt8] {
    Array(dataset.images[example * size..<(example + 1) * size])
  }

  /// An image moved and then mirrored, pixel by pixel.
  static func moved(_ image: [UInt8], down: Int, right: Int, flipped: Bool) -> [UInt8] {
    (0..<size).map { place in
      let (y, x, channel) = (place / 8, place / 2 % 4, place % 2)
      let (row, column) = (y - down, (flipped ? 3 - x : x) - right)
      guard (0..<5).contains(row), (0..<4).contains(column) else { return 0 }
      return image[row * 8 + column * 2 + channel]
    }
  }

  @Test(arguments: [1, 7, 60, 100])
  func withoutChangesTheImagesAreTheDataSets(batchSize: Int) {
    let images = Self.images(.none, batchSize: batchSize)
    #expect(images == (0..<60).map { Self.original($0) })
  }

  @Test(arguments: [0, 1, 2, 4, 7], [false, true])
  func everyImageIsAMovedOne(shift: Int, flips: Bool) {
    let images = Self.images(Augmentation(shift: shift, flips: flips))
    for (example, image) in images.enumerated() {
      let isMoved = (-shift...shift).contains { down in
        (-shift...shift).contains { right in
          [false, flips].contains { flipped in
            image
              == Self.moved(Self.original(example), down: down, right: right, flipped: flipped)
          }
        }
      }
      #expect(isMoved, "example \(example)")
    }
  }

  /// Every place up to the shift comes up, and either side, about as often as the others.
  @Test func everyPlaceIsAsLikely() {
    var counts: [String: Int] = [:]
    for epoch in 1...30 {
      let images = Self.images(Augmentation(shift: 1, flips: true), epoch: epoch)
      for (example, image) in images.enumerated() {
        for place in 0..<18 {
          let (down, right, flipped) = (place / 6 - 1, place / 2 % 3 - 1, place % 2 == 1)
          let candidate = Self.moved(
            Self.original(example), down: down, right: right, flipped: flipped)
          if image == candidate { counts["\(down) \(right) \(flipped)", default: 0] += 1 }
        }
      }
    }
    #expect(counts.count == 18 && counts.values.reduce(0, +) == 1800)
    // 100 are expected of each, with a standard deviation below 10.
    #expect(counts.values.allSatisfy { (60...140).contains($0) }, "\(counts)")
  }

  @Test func aChangeIsAFunctionOfKeyEpochAndExample() {
    let augmentation = Augmentation(shift: 2, flips: true)
    let images = Self.images(augmentation, batchSize: 7)
    #expect(images == Self.images(augmentation, batchSize: 60))
    #expect(images == Self.images(augmentation, batchSize: 1))
    #expect(images != Self.images(augmentation, seed: 2))
    #expect(images != Self.images(augmentation, epoch: 2))
    // The two are drawn apart: flips move nothing else.
    let shifted = Self.images(Augmentation(shift: 2))
    for (image, shifted) in zip(images, shifted) {
      let mirrored = Self.moved(shifted, down: 0, right: 0, flipped: true)
      #expect(image == shifted || image == mirrored)
    }
  }

  @Test func theOrderOfTheExamplesStays() {
    let key = RandomKey(seed: 3)
    let plain = BatchLoader(Self.dataset, batchSize: 8, key: key, epoch: 4)
    let changed = BatchLoader(
      Self.dataset, batchSize: 8, key: key, epoch: 4,
      augmentation: Augmentation(shift: 2, flips: true))
    #expect(plain.order == changed.order)
  }
}
