import Autodiff
import Checkpoints
import Foundation

/// Files and values that several suites use.
enum Samples {
  static let file = SafetensorsFile(
    tensors: [
      NamedTensor(name: "b", value: Tensor([0.5, -1.25, 3] as [Float], shape: [3])),
      NamedTensor(name: "a", value: Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])),
      NamedTensor(name: "n", value: Tensor([-7] as [Int32], shape: [])),
      NamedTensor(name: "p", value: Tensor([1, 2, 255] as [UInt8], shape: [3, 1])),
      NamedTensor(name: "e", value: Tensor([] as [UInt8], shape: [0, 4])),
    ],
    metadata: ["key": "va\"lue\n", "other": "ü"])

  static let checkpoint = Checkpoint(
    parameters: [
      NamedTensor(name: "0.weight", value: Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])),
      NamedTensor(name: "0.bias", value: Tensor([0, -1, 1] as [Float], shape: [3])),
    ],
    metadata: CheckpointMetadata(
      model: #"{"layers":["dense"]}"#, training: #"{"epochs":2}"#, history: "[]",
      datasetName: "digits", datasetDigest: "sha256:00ff", seed: .max, generator: "defend 1.0"))

  static let expected: [(name: String, shape: [Int])] = [("0.weight", [2, 3]), ("0.bias", [3])]

  /// A safetensors file of this header and data, whatever they are.
  static func bytes(header: String, data: [UInt8] = []) -> [UInt8] {
    bytes(header: Array(header.utf8), data: data)
  }

  static func bytes(header: [UInt8], data: [UInt8] = []) -> [UInt8] {
    bytes(length: UInt64(header.count), header: header, data: data)
  }

  static func bytes(length: UInt64, header: [UInt8], data: [UInt8] = []) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data
  }
}

/// Runs a test in a new directory, which is removed behind it.
func inTemporaryDirectory(_ body: (_ directory: String) throws -> Void) throws {
  let directory = NSTemporaryDirectory() + "/checkpoints-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: directory) }
  try body(directory)
}

/// The names of all files in a directory, hidden ones too.
func names(in directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the same numbers in every run.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
