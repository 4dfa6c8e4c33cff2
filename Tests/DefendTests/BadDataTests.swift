internal import TestSupport
internal import Testing

@Suite(.timeLimit(.minutes(2))) struct BadDataTests {
  private static let line =
    "train --data-dir tiny --model tiny.json --epochs 1 --batch-size 10 --output tiny.safetensors"

  @Test(arguments: [
    (
      "train-images-idx3-ubyte", IDXFixture.labels([1]),
      "'tiny/train-images-idx3-ubyte' is no usable IDX file: it begins with 0x00000801, an IDX file "
        + "of this kind with 0x00000803 or 0x00000804"
    ),
    (
      "train-labels-idx1-ubyte", TinyData.labels(59),
      "'tiny/train-images-idx3-ubyte' has 60 images, but 'tiny/train-labels-idx1-ubyte' has 59 "
        + "labels: they do not belong together"
    ),
    (
      "t10k-labels-idx1-ubyte", IDXFixture.labels([UInt8](repeating: 3, count: 30)),
      "'tiny/t10k-labels-idx1-ubyte' gives example 0 the label 3, but the 3 classes are 0 to 2"
    ),
    (
      "t10k-images-idx3-ubyte", Array(TinyData.images(30).dropLast(100)),
      "'tiny/t10k-images-idx3-ubyte' is no usable IDX file: it is cut off: its header promises 2880 "
        + "bytes of data, it holds 2780"
    ),
    (
      "t10k-images-idx3-ubyte", TinyData.images(30) + [0],
      "'tiny/t10k-images-idx3-ubyte' is no usable IDX file: more follows after the 2880 bytes of "
        + "data that its header promises"
    ),
    (
      "train-labels-idx1-ubyte", [0, 0],
      "'tiny/train-labels-idx1-ubyte' is no usable IDX file: it holds 2 bytes, too few for the "
        + "header of an IDX file"
    ),
    (
      "train-images-idx3-ubyte",
      IDXFixture.file(magic: 0x0803, shape: [60, 0xFFFF_FFFF, 0xFFFF_FFFF], elements: []),
      "'tiny/train-images-idx3-ubyte' is no usable IDX file: its header gives the shape [60, "
        + "4294967295, 4294967295], more than the 4294967296 bytes it can hold"
    ),
  ])
  func files(_ name: String, _ bytes: [UInt8], _ message: String) async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.directory.write(bytes, to: "tiny/\(name)")
    try await Mistake(Self.line, 65, message).expect(in: sandbox)
  }

  @Test func truncatedGzip() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try TinyData.write(to: sandbox, as: "packed/tiny") { name, bytes in
      let packed = IDXFixture.gzipped(bytes)
      let isCut = name.hasPrefix("t10k-images")
      return (name + ".gz", isCut ? Array(packed.dropLast(20)) : packed)
    }
    try await Mistake(
      "eval tiny.safetensors --data-dir packed", 65,
      "'packed/tiny/t10k-images-idx3-ubyte.gz' is no usable IDX file: the gzip file is damaged: the "
        + "file ends before its compressed data do"
    ).expect(in: sandbox)
  }

  @Test func missing() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try TinyData.write(to: sandbox, as: "data/part") { name, bytes in
      name.hasPrefix("t10k-labels") ? nil : (name, bytes)
    }
    for mistake in [
      Mistake(
        "train --data-dir data --dataset part", 66,
        "'data/part' has no file t10k-labels-idx1-ubyte[.gz]: a data set has images and labels, "
          + "train and t10k"),
      Mistake(
        "train --data-dir data --dataset prat", 66,
        "no data set 'prat'; did you mean 'part'? Known: mnist-5k, part; others are directories of "
          + "IDX files, looked for in data"),
      Mistake(
        "train --data-dir data --dataset mnist-6k", 66,
        "no data set 'mnist-6k'; did you mean 'mnist-5k'? Known: mnist-5k, part; others are "
          + "directories of IDX files, looked for in data"),
      Mistake(
        "train --data-dir nowhere", 66,
        "'nowhere' has no IDX files of its own; name the data set in it with --dataset"),
      Mistake(
        "train --dataset ./tiny", 64,
        "\"./tiny\" is no name of a data set: letters, digits, '-', '_' and '.' only (give the "
          + "directory that holds it on its own)"),
    ] { try await mistake.expect(in: sandbox) }
  }

  @Test(arguments: [
    Mistake(
      line.replacing("--batch-size 10", with: "--batch-size 55"), 64,
      "a batch of 55 is more than the 54 training examples; use a smaller --batch-size"),
    Mistake(
      line + " --validation 60", 64,
      "a validation part of 60 leaves nothing of 60 training examples; use a smaller --validation"),
    Mistake(
      line + " --model mlp", 65,
      "the model 'mlp' takes images [28, 28, 1], but those of 'tiny' are [6, 16, 1]"),
  ])
  func amounts(_ mistake: Mistake) async throws {
    try await mistake.expect(in: Sandbox.withTinyModel())
  }

  @Test func classes() async throws {
    let sandbox = try await Sandbox.withTinyModel()
    try sandbox.write(
      TinyData.specification.replacing("\"units\": 3", with: "\"units\": 4"), to: "four.json")
    try await Mistake(
      "train --data-dir tiny --model four.json", 65,
      "the model 'tiny' tells 4 classes apart, but 'tiny' has 3"
    ).expect(in: sandbox)
  }
}
