internal import Foundation

/// A directory with the four IDX files of a data set, under MNIST's names.
struct IDXDirectory {
  let path: String

  /// Whether there is anything of a data set in it.
  var holdsImages: Bool { file(named: "train-images", ranks: [3, 4]) != nil }

  /// Reads the four files.
  ///
  /// - Parameters:
  ///   - name: The data set's name.
  ///   - description: What is known of it; without one the classes are 0 to the greatest label of
  ///     the training set.
  func load(
    name: String, description: DatasetDescription?
  ) throws(DatasetError) -> DatasetPair {
    let parts = try parts(name: name, description: description, readsTraining: true)
    return DatasetPair(training: parts.training!, test: parts.test)
  }

  /// Reads the test part; of the training images only what they say of their shape and number.
  func loadTest(
    name: String, description: DatasetDescription?
  ) throws(DatasetError) -> Dataset {
    try parts(name: name, description: description, readsTraining: false).test
  }

  private func parts(
    name: String, description: DatasetDescription?, readsTraining: Bool
  ) throws(DatasetError) -> (training: Dataset?, test: Dataset) {
    let training = try read(prefix: "train", readsImages: readsTraining)
    let test = try read(prefix: "t10k", readsImages: true)
    guard training.imageShape == test.imageShape else {
      throw .imageShapeMismatch(
        training: training.imageShape, test: test.imageShape, directory: path)
    }
    let classNames =
      description?.classNames
      ?? DatasetDescription.numbered(Int(training.labels.max() ?? 0) + 1)
    let lineage = DatasetLineage(collection: name)

    func dataset(
      _ examples: Examples, part: DatasetPart, named partName: String
    ) throws(DatasetError) -> Dataset {
      if let example = examples.labels.firstIndex(where: { $0 >= classNames.count }) {
        throw .labelOutOfRange(
          path: examples.labelPath, example: example, label: Int(examples.labels[example]),
          classCount: classNames.count)
      }
      return Dataset(
        name: name, part: part, imageShape: examples.imageShape, images: examples.images,
        labels: examples.labels.map(Int32.init), classNames: classNames,
        origin: description?.origin ?? "IDX files of the user's under the name \(name)",
        lineage: lineage.part(partName, of: "split"))
    }
    return (
      readsTraining ? try dataset(training, part: .training, named: "train") : nil,
      try dataset(test, part: .test, named: "test")
    )
  }

  private struct Examples {
    let imageShape: [Int]
    let images: [UInt8]
    let labels: [UInt8]
    let labelPath: String
  }

  private func read(prefix: String, readsImages: Bool) throws(DatasetError) -> Examples {
    let imagePath = try existingFile(named: prefix + "-images", ranks: [3, 4])
    let labelPath = try existingFile(named: prefix + "-labels", ranks: [1])
    let labels = try read(labelPath, content: .labels) { (reader) throws(IDXDefect) in
      try reader.readElements()
    }
    // Counts are compared before the images are decompressed.
    let shape = try shape(ofImages: imagePath)
    guard shape[0] == labels.count else {
      throw .countMismatch(
        images: imagePath, imageCount: shape[0], labels: labelPath, labelCount: labels.count)
    }
    let images =
      readsImages
      ? try read(imagePath, content: .images) { (reader) throws(IDXDefect) in
        try reader.readElements()
      } : []
    let extents = Array(shape[1...])
    return Examples(
      imageShape: extents.count == 2 ? extents + [1] : extents, images: images, labels: labels,
      labelPath: labelPath)
  }

  /// What the header says, without reading the rest: that may be tens of megabytes.
  private func shape(ofImages path: String) throws(DatasetError) -> [Int] {
    if let file = FileHandle(forReadingAtPath: path),
      let start = try? file.read(upToCount: 1 << 16), let byteCount = try? file.seekToEnd(),
      let shape = start.withUnsafeBytes({ bytes in
        try? IDXReader(bytes, content: .images, fileByteCount: Int(byteCount)).shape
      })
    {
      return shape
    }
    return try read(path, content: .images) { $0.shape }
  }

  private func read<Contents>(
    _ path: String, content: IDXReader.Content,
    _ body: (IDXReader) throws(IDXDefect) -> Contents
  ) throws(DatasetError) -> Contents {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch {
      throw .unreadableFile(path: path, reason: Self.reason(of: error))
    }
    let result = data.withUnsafeBytes { bytes in
      Result { () throws(IDXDefect) in try body(try IDXReader(bytes, content: content)) }
    }
    do {
      return try result.get()
    } catch {
      throw .invalidFile(path: path, defect: error)
    }
  }

  /// The system's words for a failure, in a few.
  private static func reason(of error: any Error) -> String {
    guard let cause = (error as? CocoaError)?.underlying as? POSIXError else {
      return error.localizedDescription
    }
    return String(cString: strerror(cause.code.rawValue))
  }

  private func existingFile(named stem: String, ranks: [Int]) throws(DatasetError) -> String {
    guard let file = file(named: stem, ranks: ranks) else {
      throw .missingFile(directory: path, file: "\(stem)-idx\(ranks[0])-ubyte")
    }
    return file
  }

  /// The first of the usual spellings of a name that there is.
  private func file(named stem: String, ranks: [Int]) -> String? {
    for rank in ranks {
      for separator in ["-", "."] {
        for suffix in ["", ".gz"] {
          let candidate = "\(path)/\(stem)\(separator)idx\(rank)-ubyte\(suffix)"
          var isDirectory: ObjCBool = false
          let exists = FileManager.default.fileExists(
            atPath: candidate, isDirectory: &isDirectory)
          if exists && !isDirectory.boolValue { return candidate }
        }
      }
    }
    return nil
  }
}
