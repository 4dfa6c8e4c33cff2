internal import Digests
internal import Synchronization

/// Labelled images in memory.
public struct Dataset: Sendable {
  /// The data set's name, such as `mnist-5k`; its parts share it.
  public let name: String
  public let part: DatasetPart
  /// The shape of one image, `[H, W, C]`.
  public let imageShape: [Int]
  /// The pixels of all images, `[N, H, W, C]` in row-major order, 0 for black and 255 for white.
  public let images: [UInt8]
  /// The class of every image, `[N]`, each in `0 ..< classCount`.
  public let labels: [Int32]
  /// A name for every class.
  public let classNames: [String]
  /// Where the examples come from, as a line for people.
  public let origin: String
  public let lineage: DatasetLineage
  private let knownDigest = KnownDigest()

  /// - Precondition: As many images as labels, each label that of a class.
  public init(
    name: String, part: DatasetPart, imageShape: [Int], images: [UInt8], labels: [Int32],
    classNames: [String], origin: String, lineage: DatasetLineage
  ) {
    precondition(
      imageShape.count == 3 && imageShape.allSatisfy { $0 > 0 },
      "Dataset: images have a shape [H, W, C], not \(imageShape)")
    precondition(
      images.count == labels.count * imageShape.reduce(1, *),
      "Dataset: \(images.count) bytes are not \(labels.count) images of shape \(imageShape)")
    precondition(
      labels.allSatisfy { classNames.indices.contains(Int($0)) },
      "Dataset: a label is outside 0 ..< \(classNames.count)")
    self.name = name
    self.part = part
    self.imageShape = imageShape
    imageSize = imageShape.reduce(1, *)
    self.images = images
    self.labels = labels
    self.classNames = classNames
    self.origin = origin
    self.lineage = lineage
  }

  /// The number of examples, N.
  public var count: Int { labels.count }

  /// The number of bytes of one image, H·W·C.
  public let imageSize: Int

  public var classCount: Int { classNames.count }

  /// The number of examples of every class.
  public var classSizes: [Int] {
    labels.reduce(into: [Int](repeating: 0, count: classCount)) { $0[Int($1)] += 1 }
  }

  /// The SHA-256 of the examples, in 64 hexadecimal digits: N, H, W and C as 8 bytes each, the
  /// labels as 4 bytes each (both little-endian), and the images.
  ///
  /// It reads every byte when it is first asked for.
  public func digest() -> String { knownDigest.value(orElse: computedDigest) }

  private func computedDigest() -> String {
    var hash = SHA256()
    for extent in [count] + imageShape {
      withUnsafeBytes(of: UInt64(extent).littleEndian) { hash.update(with: $0) }
    }
    labels.map(\.littleEndian).withUnsafeBytes { hash.update(with: $0) }
    hash.update(with: images)
    return hash.finalized().hexadecimal
  }

  /// What to note of these examples; computes the ``digest()``.
  public func identity() -> DatasetIdentity {
    DatasetIdentity(name: name, part: part, count: count, digest: digest(), lineage: lineage)
  }
}

/// The digest of a data set and its copies, once somebody has asked.
private final class KnownDigest: Sendable {
  private let digest = Mutex<String?>(nil)

  func value(orElse compute: () -> String) -> String {
    digest.withLock { known in
      let value = known ?? compute()
      known = value
      return value
    }
  }
}
