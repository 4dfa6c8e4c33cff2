import Autodiff
import Datasets
import Testing

@Suite struct BatchLoaderTests {
  /// Ten images `[1, 3, 1]`, image i of the bytes 10i, 10i + 1, 10i + 2.
  static let dataset = Dataset(
    name: "fixture", part: .training, imageShape: [1, 3, 1],
    images: (0..<10).flatMap(image),
    labels: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], classNames: ["a", "b", "c"], origin: "made here",
    lineage: DatasetLineage(collection: "fixture"))

  private static func image(of example: UInt8) -> [UInt8] {
    [10 * example, 10 * example + 1, 10 * example + 2]
  }

  /// The examples of all batches, each checked against the data set.
  static func examples(of loader: BatchLoader) -> [[Int32]] {
    let batch = Batch(capacity: loader.batchSize, imageShape: [1, 3, 1])
    return (0..<loader.batchCount).map { index in
      loader.load(index, into: batch)
      #expect(batch.count == loader.count(ofBatch: index))
      let examples = Array(batch.examples[..<batch.count])
      #expect(batch.labels[..<batch.count].elementsEqual(examples.map { $0 % 3 }))
      let images = examples.flatMap { image(of: UInt8($0)) }
      #expect(batch.images[..<(3 * batch.count)].elementsEqual(images))
      return examples
    }
  }

  @Test(arguments: [1, 3, 4, 5, 10, 100])
  func inOrderEveryExampleComesOnce(batchSize: Int) {
    let batches = Self.examples(of: BatchLoader(Self.dataset, batchSize: batchSize))
    #expect(batches.flatMap { $0 } == Array(0..<10))
    #expect(batches.dropLast().allSatisfy { $0.count == batchSize })
    #expect(batches.count == (9 + batchSize) / batchSize)
  }

  @Test(arguments: [1, 3, 10])
  func shuffledEveryExampleComesOnce(batchSize: Int) {
    let loader = BatchLoader(Self.dataset, batchSize: batchSize, key: RandomKey(seed: 5), epoch: 2)
    let order = Self.examples(of: loader).flatMap { $0 }
    #expect(order.sorted() == Array(0..<10) && order == loader.order)
    let expected = RandomKey(seed: 5).folding("shuffle").folding(2).permutation(10)
    #expect(order == expected.map(Int32.init), "the order is a function of key and epoch alone")
  }

  @Test func everyEpochHasItsOrder() {
    let orders = (0..<20).map {
      BatchLoader(Self.dataset, batchSize: 4, key: RandomKey(seed: 5), epoch: $0).order
    }
    #expect(Set(orders).count == 20)
  }

  @Test func aSmallerBatchLeavesTheRestOfTheBuffersAlone() {
    let loader = BatchLoader(Self.dataset, batchSize: 4)
    var images = [UInt8](repeating: 255, count: 12)
    var labels = [Int32](repeating: -1, count: 4)
    var examples = [Int32](repeating: -1, count: 4)
    let count = images.withUnsafeMutableBufferPointer { images in
      labels.withUnsafeMutableBufferPointer { labels in
        examples.withUnsafeMutableBufferPointer {
          loader.load(2, images: images, labels: labels, examples: $0)
        }
      }
    }
    #expect(count == 2)
    #expect(images == [80, 81, 82, 90, 91, 92, 255, 255, 255, 255, 255, 255])
    #expect(labels == [2, 0, -1, -1] && examples == [8, 9, -1, -1])
  }

  /// A program that takes images from where they are makes the same of them.
  @Test func imagesNeedNotBeCopied() {
    let dataset = Dataset(
      name: "fixture", part: .training, imageShape: [5, 10, 1],
      images: (0..<550).map { UInt8(truncatingIfNeeded: $0 * $0) },
      labels: (0..<11).map { $0 % 3 }, classNames: ["a", "b", "c"], origin: "made here",
      lineage: DatasetLineage(collection: "fixture"))
    let loader = BatchLoader(dataset, batchSize: 4, key: RandomKey(seed: 5), epoch: 0)
    #expect(loader.keepsImages)
    let graph = Graph()
    let images = graph.input("images", shape: [.batch, 50], element: .uint8)
    let w = graph.variable("w", shape: [50, 64])
    let product = Expression.product(images.converted(to: .float32) / 255, w)
    let variables = Variables()
    variables["w"] = Tensor((0..<3200).map { Float($0 % 17) - 8 }, shape: [50, 64])
    // What is updated lies in panels, of which each thread has some.
    let program = Program(
      results: [product], updates: [(w, w - 0 * product.sum([0]).sum([0]))], variables: variables,
      capacity: 4, device: Device(threads: 2))
    guard let rows = program.rows(of: images) else {
      Issue.record("threads do not copy the images")
      return
    }
    let batch = Batch(capacity: 4, imageShape: [5, 10, 1])
    for index in 0..<loader.batchCount {
      var labels = [Int32](repeating: -1, count: 4)
      var examples = labels
      labels.withUnsafeMutableBufferPointer { labels in
        examples.withUnsafeMutableBufferPointer {
          loader.withImages(ofBatch: index, rows: rows, labels: labels, examples: $0) {
            program.run(batch: $0)
          }
        }
      }
      let found = program.read(product)
      loader.load(index, into: batch)
      program.write(Tensor(batch.images, shape: [4, 50]), to: images)
      program.run(batch: batch.count)
      #expect(found.shape == [batch.count, 64] && found == program.read(product))
      #expect(labels.prefix(batch.count) == batch.labels.prefix(batch.count))
      #expect(examples.prefix(batch.count) == batch.examples.prefix(batch.count))
    }
  }

  /// The arrays of a batch keep their place: loading does not allocate.
  @Test func loadingKeepsTheStorage() {
    let loader = BatchLoader(Self.dataset, batchSize: 4)
    let batch = Batch(capacity: 4, imageShape: [1, 3, 1])
    let places = (0..<3).map { index in
      loader.load(index, into: batch)
      return batch.images.withUnsafeBytes { $0.baseAddress }
    }
    #expect(Set(places).count == 1)
  }
}
