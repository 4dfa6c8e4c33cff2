internal import TestSupport

/// Images of 6 × 16 pixels whose class, one of three, is where they are bright: learnt in a moment.
enum TinyData {
  static let specification = """
    {"name": "tiny", "input": [6, 16, 1], "layers": [
      {"type": "flatten"}, {"type": "dense", "units": 8, "activation": "relu"},
      {"type": "dense", "units": 3}]}
    """

  static func images(_ count: Int) -> [UInt8] {
    let pixels = (0..<count).flatMap { image in
      (0..<96).map { pixel in
        let isBright = pixel / 32 == image % 3
        return UInt8((isBright ? 90 : 30) + (image * 37 + pixel * 59) % 101)
      }
    }
    return IDXFixture.file(magic: 0x0803, shape: [UInt32(count), 6, 16], elements: pixels)
  }

  static func labels(_ count: Int) -> [UInt8] {
    IDXFixture.labels((0..<count).map { UInt8($0 % 3) })
  }

  /// The four files, each changed or left out by `edit` first.
  static func write(
    to sandbox: Sandbox, as name: String = "tiny",
    edit: (String, [UInt8]) -> (name: String, bytes: [UInt8])? = { ($0, $1) }
  ) throws {
    let files = [
      ("train-images-idx3-ubyte", images(60)), ("train-labels-idx1-ubyte", labels(60)),
      ("t10k-images-idx3-ubyte", images(30)), ("t10k-labels-idx1-ubyte", labels(30)),
    ]
    for (file, bytes) in files {
      guard let (file, bytes) = edit(file, bytes) else { continue }
      try sandbox.directory.write(bytes, to: "\(name)/\(file)")
    }
  }
}

extension Sandbox {
  /// A sandbox with the directory `tiny`, the specification `tiny.json`, and the checkpoints
  /// `tiny.safetensors` and `hard.safetensors`.
  static func withTinyModel() async throws -> Sandbox {
    let made = try await made.value
    let sandbox = try Sandbox()
    for (name, bytes) in made { try sandbox.directory.write(bytes, to: name) }
    return sandbox
  }

  /// The files, made once for all tests.
  private static let made = Task {
    let sandbox = try Sandbox()
    try TinyData.write(to: sandbox)
    try sandbox.write(TinyData.specification, to: "tiny.json")
    let words =
      "train --data-dir tiny --model tiny.json --epochs 6 --learning-rate 0.01 --schedule constant "
      + "--batch-size 10 --quiet"
    _ = try await sandbox.run(words + " --adv-ratio 0 --output tiny.safetensors")
    // Of this seed no unit dies: dead units hide gradients, and an evaluation would find that.
    _ = try await sandbox.run(
      words + " --adv-ratio 0.5 --eps 0.02 --epochs 20 --seed 1 --output hard.safetensors")
    return try sandbox.files().filter { $0.key != "tiny" }
  }
}
