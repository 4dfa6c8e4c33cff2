public import Autodiff

/// A model's parameters with all that is needed to build the model again: a safetensors file whose
/// metadata has the model's specification.
public struct Checkpoint: Hashable, Sendable {
  /// The parameters, by the UTF-8 bytes of their names.
  public let parameters: [NamedTensor]

  public let metadata: CheckpointMetadata

  /// - Precondition: no two parameters have the same name, and none is named `__metadata__`.
  public init(parameters: [NamedTensor], metadata: CheckpointMetadata) {
    self.parameters = SafetensorsFile(tensors: parameters).tensors
    self.metadata = metadata
  }

  /// Takes a safetensors file that was written as a checkpoint.
  public init(_ file: SafetensorsFile) throws(CheckpointError) {
    self.init(parameters: file.tensors, metadata: try CheckpointMetadata(texts: file.metadata))
  }

  /// Reads a checkpoint's bytes.
  ///
  /// - Throws: ``CheckpointError/malformed(_:)`` or an error about the metadata.
  public init(decoding bytes: [UInt8]) throws(CheckpointError) {
    let file: SafetensorsFile
    do throws(SafetensorsError) {
      file = try SafetensorsFile(decoding: bytes)
    } catch {
      throw .malformed(error)
    }
    try self.init(file)
  }

  /// Reads a checkpoint from a file.
  ///
  /// - Throws: ``CheckpointError/file(_:)``, or ``CheckpointError/inFile(path:_:)`` around what is
  ///   wrong with the content.
  public init(contentsOf path: String) throws(CheckpointError) {
    let bytes = try CheckpointError.reading(path)
    do throws(CheckpointError) {
      try self.init(decoding: bytes)
    } catch {
      throw .inFile(path: path, error)
    }
  }

  /// The parameter of that name.
  public subscript(name: String) -> Tensor? {
    parameters.first { $0.name == name }?.value
  }

  /// The bytes of the checkpoint's file: the same for the same content.
  public func encoded() -> [UInt8] {
    SafetensorsFile(tensors: parameters, metadata: metadata.texts).encoded()
  }

  /// Writes the checkpoint by ``AtomicFile/write(_:to:creatingDirectory:)``.
  ///
  /// - Throws: ``CheckpointError/file(_:)``.
  public func write(
    to path: String, creatingDirectory: Bool = false
  ) throws(CheckpointError) {
    do throws(FileError) {
      try AtomicFile.write(encoded(), to: path, creatingDirectory: creatingDirectory)
    } catch {
      throw .file(error)
    }
  }

  /// Checks that the parameters are exactly those that a model expects: `float32` of these names
  /// and shapes, and every element finite.
  ///
  /// - Parameter allowsNonFinite: Whether infinite and undefined elements pass.
  /// - Returns: the parameters' values in the order in which they are expected.
  /// - Throws: the first fault in that order, then the first parameter that is not expected.
  @discardableResult
  public func validate(
    expected: [(name: String, shape: [Int])], allowsNonFinite: Bool = false
  ) throws(CheckpointError) -> [Tensor] {
    var remaining = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
    var values: [Tensor] = []
    for (name, shape) in expected {
      guard let value = remaining.removeValue(forKey: name) else {
        throw .missingParameter(name)
      }
      guard case .float32(let elements) = value.storage else {
        throw .typeMismatch(parameter: name, expected: .float32, found: value.elementType)
      }
      guard value.shape == shape else {
        throw .shapeMismatch(parameter: name, expected: shape, found: value.shape)
      }
      guard allowsNonFinite || elements.allSatisfy(\.isFinite) else {
        throw .notFinite(parameter: name)
      }
      values.append(value)
    }
    if let unexpected = parameters.first(where: { remaining[$0.name] != nil }) {
      throw .unexpectedParameter(unexpected.name)
    }
    return values
  }
}
