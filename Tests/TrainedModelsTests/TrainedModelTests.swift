import Autodiff
import Checkpoints
import Configurations
import Datasets
import Foundation
import ModelFixtures
import Networks
import Testing

@testable import TrainedModels

@Suite struct TrainedModelTests {
  /// A folder that is gone after the test.
  final class Folder {
    let path = NSTemporaryDirectory() + "trained-models-" + UUID().uuidString

    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
  }

  static func trained(initialDigest: String? = nil) throws -> TrainedModel {
    let model = try Models.cnn()
    return TrainedModel(
      model: model, parameters: Models.values(model, seed: 1),
      record: TrainingRecord(
        recipe: .object(["epochs": .integer(3), "rate": .number(0.001)]), epoch: 2,
        trainedOn: [
          Images.halves(10, seed: 1).identity(),
          Images.halves(4, seed: 2, collection: "others").identity(),
        ], initialDigest: initialDigest),
      history: .array([.object(["epoch": .integer(1), "loss": .number(0.1)])]), seed: 42)
  }

  static func error(_ path: String) throws -> String {
    let error = try #require(throws: LoadingError.self) { try TrainedModel(contentsOf: path) }
    #expect(!error.description.contains("\n"))
    return error.description
  }

  @Test(arguments: [nil, "abc"])
  func whatIsWrittenIsRead(initialDigest: String?) throws {
    let folder = try Folder()
    let trained = try Self.trained(initialDigest: initialDigest)
    try trained.write(to: folder.file("a"), generator: "test 1")
    let read = try TrainedModel(contentsOf: folder.file("a"))
    #expect(read.model.specification == trained.model.specification)
    #expect(read.parameters == trained.parameters)
    #expect(read.record.configuration == trained.record.configuration)
    #expect(read.record.trainedOn == trained.record.trainedOn)
    #expect(read.record.initialDigest == initialDigest)
    #expect(read.history == trained.history && read.seed == 42)
    #expect(read.digest?.count == 64 && trained.digest == nil)

    // The same content gives the same bytes, and so does what was read.
    try trained.write(to: folder.file("b"), generator: "test 1")
    try read.write(to: folder.file("c"), generator: "test 1")
    let bytes = try ["a", "b", "c"].map { try AtomicFile.read(folder.file($0)) }
    #expect(bytes[0] == bytes[1] && bytes[0] == bytes[2])
  }

  /// Writes the checkpoint after a change and gives the message of reading it.
  static func message(
    _ change: (inout [NamedTensor], inout CheckpointMetadata) -> Void
  ) throws -> String {
    let folder = try Folder()
    let path = folder.file("m")
    try trained().write(to: path, generator: "test 1")
    let checkpoint = try Checkpoint(contentsOf: path)
    var (parameters, metadata) = (checkpoint.parameters, checkpoint.metadata)
    change(&parameters, &metadata)
    try Checkpoint(parameters: parameters, metadata: metadata).write(to: path)
    return try error(path).replacing(path, with: "m")
  }

  @Test func tensorsThatAreNotTheModels() throws {
    #expect(
      try Self.message { parameters, _ in parameters.removeFirst() }
        == "'m': it lacks parameter 'layers.0.biases' of its model; it belongs to another model")
    #expect(
      try Self.message { parameters, _ in
        parameters.append(NamedTensor(name: "z", value: Tensor([1.0], shape: [1])))
      } == "'m': its model has no parameter 'z'; it belongs to another model")
    #expect(
      try Self.message { parameters, _ in
        parameters[0] = NamedTensor(name: parameters[0].name, value: Tensor([1.0, 2], shape: [2]))
      } == "'m': parameter 'layers.0.biases' has shape [2]; the model expects [3]")
    #expect(
      try Self.message { parameters, _ in
        parameters[0] = NamedTensor(
          name: parameters[0].name, value: Tensor([1, 2, 3] as [Int32], shape: [3]))
      }
        == "'m': parameter 'layers.0.biases' has elements of type int32; the model expects float32")
    for value in [Float.nan, .infinity] {
      #expect(
        try Self.message { parameters, _ in
          parameters[0] = NamedTensor(
            name: parameters[0].name, value: Tensor([1, value, 3], shape: [3]))
        }
          == "'m': parameter 'layers.0.biases' has an infinite or undefined element; "
          + "train the model anew")
    }
  }

  @Test func aSpecificationOfAnotherModel() throws {
    #expect(
      try Self.message { $1.model = $1.model.replacing(#""filters":3"#, with: #""filters":4"#) }
        == "'m': parameter 'layers.0.weights' has shape [3, 3, 1, 3]; the model expects [3, 3, 1, 4]"
    )
    #expect(
      try Self.message {
        $1.model = $1.model.replacing(#""kernel":[3,3]"#, with: #""kernel":[9,9]"#)
      }
        == "'m': layers[0] (convolution): a window of [9, 9] does not fit on [6, 6, 1] "
        + "with padding [1, 1]")
  }

  @Test func damagedMetadata() throws {
    let prefix = "'m': its metadata is damaged: "
    #expect(
      try Self.message { $1.model = "{" }
        == prefix + #"model specification: line 1, column 2: '"' is expected"#)
    #expect(
      try Self.message { $1.model = "[]" }
        == prefix + "model specification: an object is needed, not a list")
    #expect(
      try Self.message { $1.model = #"{"nam": 1}"# }
        == prefix + "model specification: the key 'name' is missing")
    #expect(
      try Self.message { $1.training = "{}" }
        == prefix + "training record: the key 'recipe' is missing")
    #expect(
      try Self.message { $1.training = $1.training.replacing(#""epoch":2"#, with: #""epoch":0"#) }
        == prefix + "training record: epoch: 0 is outside 1…")
    #expect(
      try Self.message {
        $1.training = $1.training.replacing(#""part":"training""#, with: #""part":"train""#)
      } == prefix + "training record: trainedOn[0]: part: 'train' is unknown; "
        + "did you mean 'training'?")
    #expect(
      try Self.message {
        $1.training = $1.training.replacing("halves/split:train", with: "halves//x\\n")
      } == prefix + #"training record: trainedOn[0]: lineage: 'halves//x\u{a}' is not a lineage"#)
    #expect(
      try Self.message { $1.training = $1.training.replacing(#""count":10"#, with: #""count":-1"#) }
        == prefix + "training record: trainedOn[0]: count: -1 is outside 0…")
    #expect(
      try Self.message { $1.history = String(repeating: "[", count: 100_000) }
        == prefix + "history: line 1, column 102: more than 100 lists and objects inside others")
    #expect(
      try Self.message { $1.seed = .max }
        == prefix + "seed: 18446744073709551615 is larger than any seed")
  }

  @Test func anotherVersion() throws {
    let folder = try Folder()
    let path = folder.file("m")
    try Self.trained().write(to: path, generator: "test 1")
    let checkpoint = try SafetensorsFile(decoding: AtomicFile.read(path))
    var metadata = checkpoint.metadata
    metadata["defend.format"] = "2"
    try AtomicFile.write(
      SafetensorsFile(tensors: checkpoint.tensors, metadata: metadata).encoded(), to: path)
    #expect(try Self.error(path).contains("its format is version '2', and this program reads"))
    try AtomicFile.write(SafetensorsFile(tensors: checkpoint.tensors).encoded(), to: path)
    #expect(try Self.error(path).contains("it has no model specification"))
  }

  @Test func filesThatAreNone() throws {
    let folder = try Folder()
    #expect(try Self.error(folder.file("none")).hasPrefix("there is no file '"))
    #expect(try Self.error(folder.path).contains("is a directory"))
    try AtomicFile.write(Array("PNG and more".utf8), to: folder.file("png"))
    #expect(try Self.error(folder.file("png")).hasPrefix("'\(folder.file("png"))': "))
  }

  /// Whatever byte of the header is damaged: an error or a model, never a crash.
  @Test func damagedBytes() throws {
    let folder = try Folder()
    let path = folder.file("m")
    try Self.trained().write(to: path, generator: "test 1")
    let bytes = try AtomicFile.read(path)
    let key = RandomKey(seed: 1)
    for attempt in 0..<150 {
      var damaged = bytes
      let place = key.integer(below: UInt32(bytes.count), row: UInt32(attempt))
      damaged[place] ^= UInt8(1 << (attempt % 8))
      try AtomicFile.write(damaged, to: path)
      do throws(LoadingError) {
        let read = try TrainedModel(contentsOf: path)
        #expect(read.parameters.allSatisfy { $0.floats.allSatisfy(\.isFinite) })
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
  }
}
