import Autodiff
import Checkpoints
import Datasets
import Testing

@testable import Inspection

@Suite struct CheckpointDescriptionTests {
  @Test func whatACheckpointSays() throws {
    let bytes = Files.checkpoint(others: ["author": "someone"])
    let description = try CheckpointDescription(decoding: bytes, path: "a")
    let content = try #require(description.checkpoint)
    #expect(description.byteCount == bytes.count && description.parameterCount == 86)
    #expect(description.otherMetadata == ["author": "someone"])
    #expect(content.generator == "defend 0.0.0" && content.format == "1")
    #expect(content.training.seed == 5 && content.training.epoch == 2)
    #expect(content.training.trainedOn.map(\.name) == ["dots", "old"])
    #expect(content.training.initialDigest == "00ff")
    #expect(content.model.layers.map(\.outputShape) == [[6, 6, 3], [3, 3, 3], [27], [2]])
    #expect(content.model.layers.map(\.parameterCount) == [30, 0, 0, 56])
    // As the model has them, not by the alphabet.
    #expect(
      description.tensors.map(\.name) == [
        "layers.0.weights", "layers.0.biases", "layers.3.weights", "layers.3.biases",
      ])
  }

  @Test func theValuesOfATensor() throws {
    let values: [Float] = [1, -3, .nan, 2, .infinity, 4]
    let tensors = [NamedTensor(name: "t", value: Tensor(values, shape: [2, 3]))]
    let description = try CheckpointDescription(
      decoding: SafetensorsFile(tensors: tensors).encoded(), path: "a")
    let tensor = description.tensors[0]
    #expect(description.checkpoint == nil)
    #expect(tensor.shape == [2, 3] && tensor.count == 6 && tensor.notFinite == 2)
    let statistics = try #require(tensor.statistics)
    #expect(statistics.mean == 1 && statistics.minimum == -3 && statistics.maximum == 4)
    // Of 1, −3, 2 and 4: squares of 0, 4, 1 and 3.
    #expect(abs(statistics.standardDeviation - 6.5.squareRoot()) < 1e-15)
  }

  /// A deviation far below the mean, which a difference of sums of squares would lose.
  @Test func digitsAreKept() throws {
    let values = (0..<1000).map { Float(100_000) + ($0 % 2 == 0 ? 0.0078125 : -0.0078125) }
    let tensors = [NamedTensor(name: "t", value: Tensor(values, shape: [1000]))]
    let description = try CheckpointDescription(
      decoding: SafetensorsFile(tensors: tensors).encoded(), path: "a")
    let statistics = try #require(description.tensors[0].statistics)
    #expect(abs(statistics.mean - 100_000) < 1e-9)
    #expect(abs(statistics.standardDeviation - 0.0078125) < 1e-9)
  }

  /// Bit patterns with their values by the types' definitions.
  @Test(
    arguments: [
      ("F16", [0x00, 0x3C, 0x00, 0xC0, 0xFF, 0x7B, 0x01, 0x00], [1, -2, 65504, 0x1p-24]),
      ("BF16", [0x80, 0x3F, 0x20, 0xC1, 0x00, 0x00], [1, -10, 0]),
      ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], [1.5]),
      ("I64", [0xFE, 255, 255, 255, 255, 255, 255, 255], [-2]),
      ("I32", [0, 0, 0, 0x80], [-0x1p31]),
      ("I16", [0xFF, 0xFF, 1, 1], [-1, 257]), ("I8", [0x80, 0x7F], [-128, 127]),
      ("U64", [0, 0, 0, 0, 0, 0, 0, 0x80], [0x1p63]),
      ("U32", [255, 255, 255, 255], [4_294_967_295]),
      ("U16", [0, 0xFF], [65280]), ("U8", [0, 200], [0, 200]), ("BOOL", [0, 1, 1], [0, 1, 1]),
    ] as [(String, [UInt8], [Double])])
  func elementTypes(type: String, bytes: [UInt8], values: [Double]) throws {
    let description = try CheckpointDescription(
      decoding: Files.foreign([("t", type, values.count, bytes)]), path: "a")
    let tensor = description.tensors[0]
    #expect(tensor.elementType == type && tensor.notFinite == 0)
    let statistics = try #require(tensor.statistics)
    #expect(statistics.minimum == values.min() && statistics.maximum == values.max())
    let mean = values.reduce(0, +) / Double(values.count)
    #expect(abs(statistics.mean - mean) <= 1e-12 * abs(mean))
    #expect(ElementFormat(rawValue: type)?.size == SafetensorsIndex.elementSizes[type])
  }

  @Test func halvesThatAreNotFinite() throws {
    let bytes: [UInt8] = [0x00, 0x7C, 0x00, 0xFC, 0x01, 0x7E]
    let description = try CheckpointDescription(
      decoding: Files.foreign([("t", "F16", 3, bytes), ("f8", "F8_E4M3", 2, [1, 2])]), path: "a")
    #expect(description.tensors.map(\.notFinite) == [3, 0])
    // Nothing finite; and a type whose values are not read.
    #expect(description.tensors.allSatisfy { $0.statistics == nil })
  }

  @Test func whatIsNoCheckpoint() throws {
    func message(_ bytes: [UInt8]) -> String {
      do {
        _ = try CheckpointDescription(decoding: bytes, path: "a")
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(message([1]).hasPrefix("'a': 1 bytes are too few for a safetensors file"))
    #expect(message(Array(Files.checkpoint().dropLast())).contains("it was cut off"))
    #expect(
      message(Files.checkpoint(tensors: Files.tensors.dropLast()))
        .contains("it lacks parameter 'layers.3.biases' of its model"))
    #expect(message(Files.checkpoint(history: "[")).contains("its metadata is damaged: history"))
    #expect(message(Files.foreign([("t", "F4", 1, [0])])).contains("element type 'F4'"))
  }
}
