public import Autodiff
internal import CKernelSupport

/// Cuts a data set into batches, in its own order or in the random order of an epoch.
///
/// Every example is in one batch; the last batch is smaller where the size does not divide the
/// count. Batches can be loaded in any order, and loading allocates nothing.
public struct BatchLoader: Sendable {
  public let dataset: Dataset
  /// The number of examples of every batch but the last.
  public let batchSize: Int
  /// The indices of the examples in the order of the batches.
  public let order: [Int32]
  private let augmenter: ImageAugmenter?

  /// Batches in the data set's own order.
  public init(_ dataset: Dataset, batchSize: Int) {
    self.init(
      dataset, batchSize: batchSize, order: Array(0..<Int32(dataset.count)), augmenter: nil)
  }

  /// Batches in the order of one epoch, a function of `key` and `epoch` alone.
  ///
  /// - Parameter augmentation: random changes of the images; each is a function of `key`, `epoch`
  ///   and the example alone.
  public init(
    _ dataset: Dataset, batchSize: Int, key: RandomKey, epoch: Int,
    augmentation: Augmentation = .none
  ) {
    let order = key.folding("shuffle").folding(epoch).permutation(dataset.count)
    let augmenter = ImageAugmenter(
      augmentation, imageShape: dataset.imageShape, key: key, epoch: epoch)
    self.init(
      dataset, batchSize: batchSize, order: order.map(Int32.init),
      augmenter: augmentation == .none ? nil : augmenter)
  }

  private init(
    _ dataset: Dataset, batchSize: Int, order: [Int32], augmenter: ImageAugmenter?
  ) {
    precondition(batchSize > 0, "BatchLoader: a batch size of \(batchSize)")
    self.dataset = dataset
    self.batchSize = batchSize
    self.order = order
    self.augmenter = augmenter
  }

  public var batchCount: Int { (dataset.count + batchSize - 1) / batchSize }

  /// The number of examples of one batch.
  public func count(ofBatch index: Int) -> Int {
    range(ofBatch: index).count
  }

  /// Fills `batch` with batch `index`.
  public func load(_ index: Int, into batch: Batch) {
    precondition(
      batch.imageShape == dataset.imageShape,
      "BatchLoader.load: images \(dataset.imageShape) into a batch of \(batch.imageShape)")
    batch.replace { load(index, images: $0, labels: $1, examples: $2) }
  }

  /// Writes batch `index` to the start of three buffers with room for it.
  ///
  /// - Parameters:
  ///   - images: Takes the pixels, `[n, H, W, C]`.
  ///   - labels: Takes the classes, `[n]`.
  ///   - examples: Takes the indices in the data set, `[n]`, which key the examples' random numbers.
  /// - Returns: The number of examples, n.
  @discardableResult
  public func load(
    _ index: Int, images: UnsafeMutableBufferPointer<UInt8>,
    labels: UnsafeMutableBufferPointer<Int32>, examples: UnsafeMutableBufferPointer<Int32>
  ) -> Int {
    let range = range(ofBatch: index)
    let size = dataset.imageSize
    precondition(
      images.count >= range.count * size && labels.count >= range.count
        && examples.count >= range.count,
      "BatchLoader.load: no room for \(range.count) examples")
    dataset.images.withUnsafeBytes { source in
      let target = UnsafeMutableRawBufferPointer(images)
      for place in stride(from: 0, to: range.count, by: 1) {
        let example = Int(order[range.lowerBound + place])
        let image = source[(example * size)..<((example + 1) * size)]
        let room = target[(place * size)..<((place + 1) * size)]
        if let augmenter {
          augmenter.copy(example, from: image, to: room)
        } else {
          room.copyBytes(from: image)
        }
        labels[place] = dataset.labels[example]
        examples[place] = Int32(example)
      }
      // In random order images come from far, and nothing but the order tells which are next.
      guard index + 1 < batchCount else { return }
      let next = self.range(ofBatch: index + 1)
      for number in 0..<next.count {
        let example = Int(order[next.lowerBound + number])
        defend_prefetch_row(source.baseAddress! + example * size, size, number)
      }
    }
    return range.count
  }

  /// Whether batches hold images of the data set just as they are there.
  public var keepsImages: Bool { augmenter == nil }

  /// Says where the images of batch `index` are, and calls `body` while they are there.
  ///
  /// - Precondition: ``keepsImages``.
  /// - Parameters:
  ///   - rows: Takes the places of the images.
  ///   - labels: Takes the classes, `[n]`.
  ///   - examples: Takes the indices in the data set, `[n]`, which key the examples' random numbers.
  ///   - body: Takes the number of examples, n.
  public func withImages(
    ofBatch index: Int, rows: InputRows, labels: UnsafeMutableBufferPointer<Int32>,
    examples: UnsafeMutableBufferPointer<Int32>, _ body: (Int) -> Void
  ) {
    precondition(keepsImages, "BatchLoader.withImages: augmented images are in no data set")
    let range = range(ofBatch: index)
    precondition(
      labels.count >= range.count && examples.count >= range.count,
      "BatchLoader.withImages: no room for \(range.count) examples")
    dataset.images.withUnsafeBytes { source in
      func image(_ place: Int) -> UnsafeRawPointer {
        source.baseAddress! + Int(order[place]) * dataset.imageSize
      }
      for place in 0..<range.count {
        let example = order[range.lowerBound + place]
        rows.append(image(range.lowerBound + place))
        labels[place] = dataset.labels[Int(example)]
        examples[place] = example
      }
      if index + 1 < batchCount {
        for place in self.range(ofBatch: index + 1) { rows.announce(image(place)) }
      }
      body(range.count)
    }
  }

  private func range(ofBatch index: Int) -> Range<Int> {
    precondition(
      (0..<batchCount).contains(index), "BatchLoader: batch \(index) of \(batchCount)")
    let start = index * batchSize
    return start..<min(start + batchSize, dataset.count)
  }
}
