import Autodiff
import Checkpoints
import Configurations
import ModelFixtures
import Networks
import TestSupport
import Testing

@testable import Training

@Suite struct RunFileTests {
  static let recipe = ResumeTests.cases[0].recipe

  static func state() throws -> TrainingState {
    let run = try Run(recipe, model: Models.cnn(), on: ResumeTests.images, stopAfter: 14)
    return try #require(run.states.last)
  }

  @Test func aStateIsItsFile() throws {
    let directory = try TemporaryDirectory()
    let model = try Models.cnn()
    let names = model.parameters.map(\.name)
    let path = directory.path + "/run"
    let state = try Self.state()
    try #require(state.best != nil && state.average != nil && !state.remedies.isEmpty)
    let identity = try ResumeTests.identity(Self.recipe, model)
    try RunFile(state, of: identity).write(to: path, parameters: names, creatingDirectory: false)
    let file = try RunFile(contentsOf: path, parameters: names)
    #expect(file.state.configuration.text == state.configuration.text)
    #expect(file.state.tensors(parameters: names) == state.tensors(parameters: names))
    #expect(file.state.history == state.history && file.state.remedies == state.remedies)
    #expect(file.identity.recipe.text == identity.recipe.text)
    #expect(file.identity.dataset == "digest" && file.identity.initial == nil)
    // The same bytes each time.
    let bytes = try SafetensorsFile(contentsOf: path).encoded()
    try file.write(to: path, parameters: names, creatingDirectory: false)
    #expect(try SafetensorsFile(contentsOf: path).encoded() == bytes)
  }

  @Test(arguments: [
    (#""seed": 5"#, #""seed": 6"#, "was started with seed 5, not 6"),
    (#""epochs": 4"#, #""epochs": 5"#, "was started with epochs 4, not 5"),
    (
      #""epsilon": 0.2"#, #""epsilon": 0.5"#,
      "was started with adversarial.epsilon 0.2, not 0.5"
    ),
    (
      #""checks": 3"#, #""checks": 3, "onCollapse": "stop""#,
      #"was started with guard.onCollapse "heal", not "stop""#
    ),
    (
      #""movingAverage": 0.9, "#, "",
      "was started with movingAverage 0.9, not null"
    ),
    (#""type": "adam""#, #""type": "sgd""#, "was started with optimizer.beta1 0.9, not null"),
  ])
  func anotherRecipe(old: String, new: String, message: String) throws {
    let model = try Models.cnn()
    // The seam of the two: without a line's break between the keys.
    let recipe = Self.recipe.replacing("\n", with: " ").replacing("  ", with: " ")
    let file = RunFile(try Self.state(), of: try ResumeTests.identity(recipe, model))
    let changed = recipe.replacing(old, with: new)
    try #require(changed != recipe)
    let other = try ResumeTests.identity(changed, model)
    let error = #expect(throws: RunFileError.self) { _ = try file.state(for: other, path: "a.run") }
    #expect(
      error?.description
        == "'a.run': the run in it \(message); give the same again, or leave out --resume to begin "
        + "anew")
  }

  @Test func anotherModelOtherImagesOtherWeights() throws {
    let model = try Models.cnn()
    let identity = try ResumeTests.identity(Self.recipe, model)
    let file = RunFile(try Self.state(), of: identity)
    _ = try file.state(for: identity, path: "a.run")
    for (model, dataset, initial, message) in [
      (try Models.mlp(), "digest", nil, "is of another model"),
      (model, "other", nil, "was trained on other images"),
      (model, "digest", "weights", "began with other weights"),
    ] as [(Model, String, String?, String)] {
      let other = RunFile.Identity(
        recipe: identity.recipe, model: model.specification.configuration, dataset: dataset,
        initial: initial)
      #expect(throws: RunFileError.mismatch(path: "a.run", message)) {
        _ = try file.state(for: other, path: "a.run")
      }
    }
  }

  /// A file with one thing changed.
  static func error(
    _ edit: (inout SafetensorsFile) throws -> Void
  ) throws -> RunFileError? {
    let directory = try TemporaryDirectory()
    let model = try Models.cnn()
    let names = model.parameters.map(\.name)
    let path = directory.path + "/a.run"
    try RunFile(state(), of: ResumeTests.identity(recipe, model)).write(
      to: path, parameters: names, creatingDirectory: false)
    var file = try SafetensorsFile(contentsOf: path)
    try edit(&file)
    try AtomicFile.write(file.encoded(), to: path)
    do throws(RunFileError) {
      _ = try RunFile(contentsOf: path, parameters: names)
      return nil
    } catch {
      return error
    }
  }

  @Test func whatIsNoRun() throws {
    guard
      case .noRun = try Self.error({ file in
        file = SafetensorsFile(tensors: file.tensors, metadata: [:])
      })
    else {
      Issue.record("a checkpoint was read as a run")
      return
    }
  }

  @Test func otherVersions() throws {
    func edited(_ old: String, _ new: String) throws -> String? {
      try Self.error { file in
        let metadata = file.metadata.mapValues { $0.replacing(old, with: new) }
        try #require(metadata != file.metadata)
        file = SafetensorsFile(tensors: file.tensors, metadata: metadata)
      }.map { String($0.description.split(separator: "': ", maxSplits: 1)[1]) }
    }
    // Whatever else is new in it.
    #expect(
      try edited(#""version":"1""#, #""version":"2","more":{}"#)
        == "version '2' of a run; continue it with the program that began it")
    #expect(
      try edited(#""stepsOfEpoch""#, #""stepsOfEpoc""#)
        == "the run in it is damaged (run: state: the key 'stepsOfEpoch' is missing); leave out "
        + "--resume to begin anew")
    #expect(try edited(#""version":"1""#, #""version":1"#)?.contains("damaged") == true)
    #expect(try edited("{", "[")?.contains("damaged") == true)
  }

  @Test(arguments: ["best", "last"])
  func missingTensors(part: String) throws {
    let error = try Self.error { file in
      let tensors = file.tensors.filter { !$0.name.hasPrefix(part + ".") }
      try #require(tensors.count < file.tensors.count)
      file = SafetensorsFile(tensors: tensors, metadata: file.metadata)
    }
    #expect(error?.description.contains("is damaged (run: state: the key '\(part).") == true)
  }

  /// A file cut short at any place, or with a byte changed, is refused or read; nothing crashes.
  @Test func damagedBytes() throws {
    let directory = try TemporaryDirectory()
    let model = try Models.cnn()
    let names = model.parameters.map(\.name)
    let identity = try ResumeTests.identity(Self.recipe, model)
    let path = directory.path + "/a.run"
    try RunFile(Self.state(), of: identity).write(
      to: path, parameters: names, creatingDirectory: false)
    let bytes = try SafetensorsFile(contentsOf: path).encoded()
    let key = RandomKey(seed: 1)
    for round in 0..<60 {
      var damaged = bytes
      let place = Int(key.uniform(row: round, index: 0) * Float(bytes.count - 1))
      if round % 4 == 0 {
        damaged.removeSubrange(place...)
      } else {
        // Most of the bytes are numbers; the header is where damage tells.
        damaged[round % 4 == 1 ? place : 8 + place % 3000] ^= UInt8(1 << (round % 7))
      }
      try AtomicFile.write(damaged, to: path)
      do {
        let state = try RunFile(contentsOf: path, parameters: names).state(
          for: identity, path: path)
        let run = try Run(
          Self.recipe, model: model, on: ResumeTests.images, resuming: state, stopAfter: 0)
        _ = run
      } catch let error as RunFileError {
        #expect(!error.description.contains("\n"))
      }
      if round % 4 == 0 {
        #expect(throws: RunFileError.self) { _ = try RunFile(contentsOf: path, parameters: names) }
      }
    }
  }
}
