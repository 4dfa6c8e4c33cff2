import Autodiff
import Checkpoints
import Testing

@Suite struct CheckpointTests {
  let checkpoint = Samples.checkpoint

  @Test func aFileGivesBackWhatWasWritten() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/checkpoints/model.safetensors"
      try checkpoint.write(to: path, creatingDirectory: true)
      #expect(try Checkpoint(contentsOf: path) == checkpoint)
      #expect(try AtomicFile.read(path) == checkpoint.encoded())
      #expect(try names(in: directory + "/checkpoints") == ["model.safetensors"])
    }
  }

  @Test func metadataStandsUnderItsKeys() throws {
    let file = try SafetensorsFile(decoding: checkpoint.encoded())
    #expect(
      file.metadata == [
        "defend.format": "1",
        "defend.model": #"{"layers":["dense"]}"#,
        "defend.training": #"{"epochs":2}"#,
        "defend.history": "[]",
        "defend.dataset.name": "digits",
        "defend.dataset.digest": "sha256:00ff",
        "defend.seed": "18446744073709551615",
        "defend.generator": "defend 1.0",
      ])
  }

  static let wrongMetadata: [(key: String, value: String?, error: CheckpointError)] = [
    ("defend.format", "2", .unsupportedVersion(found: "2")),
    ("defend.format", nil, .missingMetadata(key: "defend.format")),
    ("defend.model", nil, .missingMetadata(key: "defend.model")),
    ("defend.training", nil, .missingMetadata(key: "defend.training")),
    ("defend.history", nil, .missingMetadata(key: "defend.history")),
    ("defend.dataset.name", nil, .missingMetadata(key: "defend.dataset.name")),
    ("defend.dataset.digest", nil, .missingMetadata(key: "defend.dataset.digest")),
    ("defend.generator", nil, .missingMetadata(key: "defend.generator")),
    ("defend.seed", nil, .missingMetadata(key: "defend.seed")),
    ("defend.seed", "-1", .invalidSeed(found: "-1")),
    ("defend.seed", "+1", .invalidSeed(found: "+1")),
    ("defend.seed", "18446744073709551616", .invalidSeed(found: "18446744073709551616")),
    ("defend.colour", "red", .unknownMetadata(key: "defend.colour")),
  ]

  @Test(arguments: wrongMetadata)
  func wrongMetadataIsRefused(key: String, value: String?, error: CheckpointError) throws {
    var metadata = try SafetensorsFile(decoding: checkpoint.encoded()).metadata
    metadata[key] = value
    let file = SafetensorsFile(tensors: checkpoint.parameters, metadata: metadata)
    #expect(throws: error) { try Checkpoint(file) }
    #expect(throws: error) { try Checkpoint(decoding: file.encoded()) }
    #expect(error.category == .badData)
  }

  @Test func metadataOfOtherProgramsDoesNoHarm() throws {
    var metadata = try SafetensorsFile(decoding: checkpoint.encoded()).metadata
    metadata["format"] = "pt"
    let file = SafetensorsFile(tensors: checkpoint.parameters, metadata: metadata)
    #expect(try Checkpoint(file) == checkpoint)
  }

  @Test func aFileOfAnotherProgramIsNoCheckpoint() {
    #expect(throws: CheckpointError.noModelSpecification) { try Checkpoint(Samples.file) }
    #expect(throws: CheckpointError.noModelSpecification) {
      try Checkpoint(SafetensorsFile(tensors: [], metadata: ["format": "pt"]))
    }
  }

  @Test func validParametersComeInTheExpectedOrder() throws {
    #expect(checkpoint.parameters.map(\.name) == ["0.bias", "0.weight"])
    let values = try checkpoint.validate(expected: Samples.expected)
    #expect(values == [checkpoint["0.weight"], checkpoint["0.bias"]])
  }

  @Test func wrongParametersAreNamed() throws {
    func check(
      _ parameters: [String: Tensor], _ error: CheckpointError,
      _ location: SourceLocation = #_sourceLocation
    ) {
      let all = Dictionary(
        uniqueKeysWithValues: checkpoint.parameters.map { ($0.name, $0.value) }
      ).merging(parameters) { $1 }
      let changed = Checkpoint(
        parameters: all.map { NamedTensor(name: $0.key, value: $0.value) },
        metadata: checkpoint.metadata)
      #expect(throws: error, sourceLocation: location) {
        try changed.validate(expected: Samples.expected)
      }
    }
    let three = [Float](repeating: 1, count: 3)
    check(["1.bias": Tensor(three, shape: [3])], .unexpectedParameter("1.bias"))
    check(
      ["0.bias": Tensor(three, shape: [3, 1])],
      .shapeMismatch(parameter: "0.bias", expected: [3], found: [3, 1]))
    check(
      ["0.bias": Tensor([1, 2, 3] as [Int32], shape: [3])],
      .typeMismatch(parameter: "0.bias", expected: .float32, found: .int32))
    for value in [Float.nan, .infinity, -.infinity] {
      check(["0.bias": Tensor([1, value, 2], shape: [3])], .notFinite(parameter: "0.bias"))
    }
    #expect(throws: CheckpointError.missingParameter("1.bias")) {
      try checkpoint.validate(expected: Samples.expected + [("1.bias", [3])])
    }
    #expect(throws: CheckpointError.unexpectedParameter("0.bias")) {
      try checkpoint.validate(expected: [("0.weight", [2, 3])])
    }
  }

  @Test(arguments: [
    (CheckpointError.file(.missing(path: "m")), ErrorCategory.missingFile),
    (.file(.isDirectory(path: "m")), .missingFile),
    (.file(.empty(path: "m")), .badData),
    (.file(.cannotWrite(path: "m", reason: "full")), .cannotWrite),
    (.malformed(.tooShort(byteCount: 3)), .badData),
    (.inFile(path: "m", .file(.missing(path: "m"))), .missingFile),
    (.inFile(path: "m", .noModelSpecification), .badData),
  ])
  func everyErrorHasItsCategory(error: CheckpointError, category: ErrorCategory) {
    #expect(error.category == category)
  }

  @Test func descriptionsSayWhatIsWrongAndWhere() {
    #expect(
      CheckpointError.inFile(
        path: "a.safetensors",
        .shapeMismatch(parameter: "w", expected: [3], found: Array(repeating: 1, count: 9))
      ).description
        == "'a.safetensors': parameter 'w' has shape [1, 1, 1, 1, 1, 1, 1, 1, …]; "
        + "the model expects [3]")
    #expect(
      CheckpointError.inFile(path: "a.safetensors", .noModelSpecification).description
        == "'a.safetensors': it has no model specification; "
        + "only a checkpoint that this program wrote has one")
  }
}
