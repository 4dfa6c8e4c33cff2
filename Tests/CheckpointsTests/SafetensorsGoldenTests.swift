import Autodiff
import Checkpoints
import Foundation
import Testing

/// Against a file that the format's reference implementation wrote (Golden/make_golden.py).
@Suite struct SafetensorsGoldenTests {
  let path = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/reference.safetensors").path

  @Test func readsWhatTheReferenceImplementationWrote() throws {
    let file = try SafetensorsFile(contentsOf: path)
    #expect(
      file.tensors.map(\.name) == [
        "empty", "layers.0.bias", "layers.0.weight", "labels", "step",
        "pixels \"größe\" / 图\t",
      ])
    #expect(
      file["layers.0.weight"]
        == Tensor([-1, -0.75, -0.5, -0.25, 0, 0.25] as [Float], shape: [2, 3])
    )
    let bias = try #require(file["layers.0.bias"]).floats
    #expect(bias.map(\.bitPattern) == [1, Float(3.4e38).bitPattern, 0x8000_0000])
    #expect(file["empty"] == Tensor([] as [Float], shape: [0, 5]))
    #expect(file["labels"] == Tensor([.min, 0, .max] as [Int32], shape: [3]))
    #expect(file["step"] == Tensor([7] as [Int32], shape: []))
    #expect(file.tensors[5].value == Tensor([0, 127, 255] as [UInt8], shape: [1, 3]))
    #expect(file.metadata == ["a \"quote\", a \\ and a\nline": "\u{1f} ünï / \u{7f} 😀"])
  }

  @Test func writesTheBytesOfTheReferenceImplementation() throws {
    let bytes = try AtomicFile.read(path)
    #expect(try SafetensorsFile(decoding: bytes).encoded() == bytes)
  }

  @Test func isNoCheckpoint() {
    #expect(throws: CheckpointError.inFile(path: path, .noModelSpecification)) {
      try Checkpoint(contentsOf: path)
    }
  }
}
