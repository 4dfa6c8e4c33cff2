/// Why a data set cannot be had.
public enum DatasetError: Error, Hashable, Sendable {
  /// No data set has this name; `searched` are the directories that were looked in.
  case unknownName(String, nearest: String?, known: [String], searched: [String])
  /// The name is none: it could be a path.
  case invalidName(String)
  /// The data set's directory lacks a file; `file` is the usual name of it.
  case missingFile(directory: String, file: String)
  /// The file cannot be read at all.
  case unreadableFile(path: String, reason: String)
  /// The file is no usable IDX file.
  case invalidFile(path: String, defect: IDXDefect)
  /// Two files that belong together hold different numbers of examples.
  case countMismatch(images: String, imageCount: Int, labels: String, labelCount: Int)
  /// The label of one example is that of no class.
  case labelOutOfRange(path: String, example: Int, label: Int, classCount: Int)
  /// The test images have another shape `[H, W, C]` than the training images.
  case imageShapeMismatch(training: [Int], test: [Int], directory: String)
  /// So many examples cannot be taken from a training set for validation.
  case invalidValidationCount(Int, available: Int)
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownName(let name, let nearest, let known, let searched):
      "no data set '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ".")
        + " Known: \(known.joined(separator: ", ")); others are directories of IDX files, "
        + "looked for in \(searched.joined(separator: ", "))"
    case .invalidName(let name):
      "\(name.debugDescription) is no name of a data set: letters, digits, '-', '_' and '.' only "
        + "(give the directory that holds it on its own)"
    case .missingFile(let directory, let file):
      "'\(directory)' has no file \(file)[.gz]: a data set has images and labels, train and t10k"
    case .unreadableFile(let path, let reason):
      "cannot read '\(path)': \(reason)"
    case .invalidFile(let path, let defect):
      "'\(path)' is no usable IDX file: \(defect)"
    case .countMismatch(let images, let imageCount, let labels, let labelCount):
      "'\(images)' has \(imageCount) images, but '\(labels)' has \(labelCount) labels: "
        + "they do not belong together"
    case .labelOutOfRange(let path, let example, let label, let classCount):
      "'\(path)' gives example \(example) the label \(label), but the \(classCount) classes are "
        + "0 to \(classCount - 1)"
    case .imageShapeMismatch(let training, let test, let directory):
      "'\(directory)' has training images of shape \(training) and test images of shape \(test): "
        + "they do not belong together"
    case .invalidValidationCount(let count, let available):
      "cannot take \(count) of \(available) training examples for validation: "
        + "give 0 to \(max(available - 1, 0))"
    }
  }
}
