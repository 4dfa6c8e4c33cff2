internal import Autodiff
internal import Checkpoints
internal import Foundation
internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct BadCheckpointTests {
  @Test func files() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let good = try sandbox.bytes("tiny.safetensors")
    let header = good[0..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let files: [(name: String, bytes: [UInt8], message: String)] = [
      ("empty", [], "'empty' is empty; it was probably never written to its end"),
      (
        "short", Array(good.prefix(7)),
        "'short': 7 bytes are too few for a safetensors file; it was probably cut off"
      ),
      (
        "header", Array(good.prefix(200)),
        "'header': its header has \(header) bytes, but the file only 200; it was cut off, or is no "
          + "safetensors file"
      ),
      (
        "cut", Array(good.dropLast()),
        "'cut': the data of tensor 'layers.2.weights' ends behind the end of the file; it was cut "
          + "off"
      ),
      (
        "long", good + [0, 0],
        "'long': there are 2 unused bytes behind the last tensor; write the file anew"
      ),
      (
        "huge", [255, 255, 255, 255, 255, 255, 255, 127] + Array("{}".utf8),
        "'huge': it is no safetensors file: its header would have 9223372036854775807 bytes, and "
          + "the format allows 100000000"
      ),
      (
        "text", Array("This is no checkpoint.".utf8),
        "'text': it is no safetensors file: its header would have 2338328219631577172 bytes, and "
          + "the format allows 100000000"
      ),
      (
        "flipped", good.enumerated().map { $0.offset == 9 ? 0 : $0.element },
        "'flipped': its header is not valid: expected '\"' at byte 9"
      ),
      (
        "foreign", SafetensorsFile(tensors: [], metadata: [:]).encoded(),
        "'foreign': it has no model specification; only a checkpoint that this program wrote has "
          + "one"
      ),
    ]
    for (name, bytes, message) in files {
      try sandbox.directory.write(bytes, to: name)
      for line in [
        "eval tiny.safetensors \(name) --data-dir tiny --json report.json",
        "attack --checkpoint \(name) --data-dir tiny --save pictures",
        "train --init \(name) --data-dir tiny --output tiny.safetensors",
      ] {
        try await Mistake(line, 65, message).expect(in: sandbox)
      }
    }
  }

  @Test func oversized() async throws {
    let sandbox = try Sandbox()
    try sandbox.write("", to: "big")
    try FileHandle(forWritingTo: sandbox.directory.url("big")).truncate(atOffset: 5 << 30)
    let outcome = try await sandbox.run("eval big")
    #expect(outcome.status == 65)
    #expect(
      outcome.error
        == "Error: 'big' has 5368709120 bytes; files of more than 4294967296 bytes are not read\n")
  }

  @Test func contents() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    let good = try SafetensorsFile(decoding: sandbox.bytes("tiny.safetensors"))
    func write(
      _ name: String, tensors: [NamedTensor]? = nil, _ edit: (inout [String: String]) -> Void
    ) throws {
      var metadata = good.metadata
      edit(&metadata)
      try sandbox.directory.write(
        SafetensorsFile(tensors: tensors ?? good.tensors, metadata: metadata).encoded(), to: name)
    }
    func replaced(_ key: String, _ old: String, _ new: String) -> (inout [String: String]) -> Void {
      { $0[key] = $0[key]?.replacing(old, with: new) }
    }
    try write("version") { $0["defend.format"] = "2" }
    try write("units", replaced("defend.model", "\"units\":8", "\"units\":9"))
    try write("layers", replaced("defend.model", "\"flatten\"", "\"flaten\""))
    try write("shapes", replaced("defend.model", "{\"type\":\"flatten\"},", ""))
    try write("json") { $0["defend.model"] = "{" }
    try write("record", replaced("defend.training", "\"epoch\":", "\"epok\":"))
    try write("seed") { $0["defend.seed"] = "-1" }
    try write("missing", tensors: good.tensors.dropLast()) { _ in }
    let extra = NamedTensor(name: "more", value: Tensor([1 as Float], shape: [1]))
    try write("extra", tensors: good.tensors + [extra]) { _ in }
    let infinite = good.tensors.map { tensor in
      let values = [Float](repeating: .infinity, count: tensor.value.shape.reduce(1, *))
      return NamedTensor(name: tensor.name, value: Tensor(values, shape: tensor.value.shape))
    }
    try write("infinite", tensors: infinite) { _ in }
    for (name, message) in [
      (
        "version",
        "its format is version '2', and this program reads version '1'; use the version of the "
          + "program that wrote it"
      ),
      ("units", "parameter 'layers.1.weights' has shape [96, 8]; the model expects [96, 9]"),
      (
        "layers",
        "its metadata is damaged: model specification: layers[0]: type: 'flaten' is unknown; did "
          + "you mean 'flatten'?"
      ),
      (
        "shapes",
        "layers[0] (dense): it takes a vector, not [6, 16, 1]; put a flatten layer before it"
      ),
      ("json", #"its metadata is damaged: model specification: line 1, column 2: '"' is expected"#),
      ("record", "its metadata is damaged: training record: the key 'epoch' is missing"),
      ("seed", "its seed is '-1', not a number from 0 to 18446744073709551615"),
      (
        "missing", "it lacks parameter 'layers.2.weights' of its model; it belongs to another model"
      ),
      ("extra", "its model has no parameter 'more'; it belongs to another model"),
      (
        "infinite",
        "parameter 'layers.1.weights' has an infinite or undefined element; train the model anew"
      ),
    ] {
      try await Mistake("eval \(name) --data-dir tiny", 65, "'\(name)': \(message)").expect(
        in: sandbox)
    }
  }

  @Test(arguments: [
    Mistake("eval nope --data-dir tiny", 66, "there is no file 'nope'; check the path"),
    Mistake("eval tiny --data-dir tiny", 66, "'tiny' is a directory; name a file in it"),
    Mistake(
      "eval", 66,
      "there is no file 'checkpoints/baseline.safetensors'; name checkpoints, or make the two "
        + "default ones with 'defend train --adv-ratio 0' and 'defend train --adv-ratio 0.5'"),
    Mistake(
      "attack", 66, "there is no file 'checkpoints/baseline.safetensors'; check the path"),
    Mistake("train --init nope", 66, "there is no file 'nope'; check the path"),
    Mistake(
      "eval tiny.safetensors --dataset mnist-5k", 65,
      "'tiny.safetensors': the model 'tiny' takes images [6, 16, 1], but those of 'mnist-5k' are "
        + "[28, 28, 1]"),
    Mistake(
      "attack --checkpoint tiny.safetensors --dataset mnist-5k", 65,
      "the model 'tiny' takes images [6, 16, 1], but those of 'mnist-5k' are [28, 28, 1]"),
    Mistake(
      "train --init tiny.safetensors", 65,
      "the model 'tiny' takes images [6, 16, 1], but those of 'mnist-5k' are [28, 28, 1]"),
    Mistake(
      "attack --checkpoint tiny.safetensors --data-dir tiny --index 30", 64,
      "--index 30 is beyond the 30 test images"),
    Mistake(
      "attack --checkpoint tiny.safetensors --data-dir tiny --target 3", 64,
      "--target '3' is no class of tiny; there are 0, 1, 2"),
    Mistake(
      "attack --checkpoint tiny.safetensors --data-dir tiny --index 4 --target 1", 64,
      "--target 1 is the image's true class already"),
  ])
  func uses(_ mistake: Mistake) async throws {
    try await mistake.expect(in: Sandbox.withTinyModel())
  }
}
