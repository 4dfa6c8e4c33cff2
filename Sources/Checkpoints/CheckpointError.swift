public import Autodiff
internal import Suggestions

/// Why a checkpoint cannot be read, used or written.
public indirect enum CheckpointError: Error, Hashable, Sendable {
  /// The file itself cannot be read or written.
  case file(FileError)

  /// Another error, with the file that it was found in.
  case inFile(path: String, CheckpointError)

  /// The bytes are no safetensors file, or a damaged one.
  case malformed(SafetensorsError)

  /// The file is a safetensors file of another program: it has none of a checkpoint's metadata.
  case noModelSpecification

  /// The metadata is of a version that this program does not read.
  case unsupportedVersion(found: String)

  /// The metadata lacks a key.
  case missingMetadata(key: String)

  /// The metadata has a key of this program's that the version does not have.
  case unknownMetadata(key: String)

  /// The seed is not a number of 64 bits.
  case invalidSeed(found: String)

  /// The model expects a parameter that the checkpoint lacks.
  case missingParameter(String)

  /// The checkpoint has a parameter that the model does not expect.
  case unexpectedParameter(String)

  /// A parameter's elements are of the wrong type.
  case typeMismatch(parameter: String, expected: ElementType, found: ElementType)

  /// A parameter has the wrong shape.
  case shapeMismatch(parameter: String, expected: [Int], found: [Int])

  /// A parameter has an element that is infinite or not a number.
  case notFinite(parameter: String)

  public var category: ErrorCategory {
    switch self {
    case .file(let error): error.category
    case .inFile(_, let error): error.category
    default: .badData
    }
  }

  /// Reads a file's bytes.
  static func reading(_ path: String) throws(CheckpointError) -> [UInt8] {
    do throws(FileError) {
      return try AtomicFile.read(path)
    } catch {
      throw .file(error)
    }
  }
}

extension CheckpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .inFile(let path, let error):
      "\(path.quoted): \(error)"
    case .malformed(let error):
      error.description
    case .noModelSpecification:
      "it has no model specification; only a checkpoint that this program wrote has one"
    case .unsupportedVersion(let found):
      "its format is version \(found.quoted), and this program reads version "
        + "'\(CheckpointMetadata.formatVersion)'; use the version of the program that wrote it"
    case .missingMetadata(let key):
      "its metadata lacks \(key.quoted); write the checkpoint anew"
    case .unknownMetadata(let key):
      "its metadata has \(key.quoted), which this program does not know; "
        + "use the version of the program that wrote it"
    case .invalidSeed(let found):
      "its seed is \(found.quoted), not a number from 0 to \(UInt64.max)"
    case .missingParameter(let name):
      "it lacks parameter \(name.quoted) of its model; it belongs to another model"
    case .unexpectedParameter(let name):
      "its model has no parameter \(name.quoted); it belongs to another model"
    case .typeMismatch(let parameter, let expected, let found):
      "parameter \(parameter.quoted) has elements of type \(found.rawValue); "
        + "the model expects \(expected.rawValue)"
    case .shapeMismatch(let parameter, let expected, let found):
      "parameter \(parameter.quoted) has shape \(Self.text(found)); "
        + "the model expects \(Self.text(expected))"
    case .notFinite(let parameter):
      "parameter \(parameter.quoted) has an infinite or undefined element; train the model anew"
    }
  }

  /// A shape on one line: a file may have one with millions of axes.
  private static func text(_ shape: [Int]) -> String {
    let axes = shape.prefix(8).map(String.init) + (shape.count > 8 ? ["…"] : [])
    return "[\(axes.joined(separator: ", "))]"
  }
}
