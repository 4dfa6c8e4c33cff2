public import Autodiff

/// The content of a safetensors file: named tensors and a dictionary of texts.
///
/// The format is that of <https://github.com/huggingface/safetensors>: the header's length as 8
/// bytes in little-endian order, a header in JSON, and the tensors' bytes in little-endian order,
/// row-major, without holes. Tensors of `float32` (`F32`), `int32` (`I32`) and `uint8` (`U8`) are
/// supported.
public struct SafetensorsFile: Hashable, Sendable {
  /// The tensors in the order of the file's data: `float32` before `int32` before `uint8`, so that
  /// all are aligned, and each of these by the UTF-8 bytes of the names.
  public let tensors: [NamedTensor]

  /// The texts under `__metadata__`.
  public let metadata: [String: String]

  /// - Precondition: no two tensors have the same name, and none is named `__metadata__`.
  public init(tensors: [NamedTensor], metadata: [String: String] = [:]) {
    precondition(
      Set(tensors.map(\.name)).count == tensors.count,
      "SafetensorsFile: two tensors have the same name")
    precondition(
      !tensors.contains { $0.name == Self.metadataKey },
      "SafetensorsFile: no tensor may be named '\(Self.metadataKey)'")
    self.tensors = tensors.sorted { first, second in
      let places = (first.value.elementType.dataPlace, second.value.elementType.dataPlace)
      if places.0 != places.1 { return places.0 < places.1 }
      return first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
    }
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: ``CheckpointError/file(_:)``, or ``CheckpointError/malformed(_:)`` in
  ///   ``CheckpointError/inFile(path:_:)``.
  public init(contentsOf path: String) throws(CheckpointError) {
    let bytes = try CheckpointError.reading(path)
    do throws(SafetensorsError) {
      try self.init(decoding: bytes)
    } catch {
      throw .inFile(path: path, .malformed(error))
    }
  }

  /// The tensor of that name.
  public subscript(name: String) -> Tensor? {
    tensors.first { $0.name == name }?.value
  }

  static let metadataKey = "__metadata__"

  /// The largest header that the reference implementation reads, in bytes.
  static let headerLimit = 100_000_000
}
