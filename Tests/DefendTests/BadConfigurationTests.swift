internal import Testing

@Suite(.timeLimit(.minutes(2))) struct BadConfigurationTests {
  @Test(arguments: [
    (#"{"epoch": 3}"#, "unknown key 'epoch'; did you mean 'epochs'?"),
    (
      #"{"colour": 3}"#,
      "unknown key 'colour'; known are adversarial, augmentation, batchSize, dataset, "
        + "earlyStopping, epochs, gradientLimit, guard, labelSmoothing, limit, model, "
        + "movingAverage, optimizer, schedule, seed, validation"
    ),
    (#"{"epochs": "3"}"#, "epochs: a whole number is needed, not a text"),
    (#"{"epochs": 1.5}"#, "epochs: a whole number is needed, not 1.5"),
    (#"{"epochs": 0}"#, "epochs: 0 is outside 1…1000000"),
    (#"{"batchSize": -1}"#, "batchSize: -1 is outside 1…65536"),
    (#"{"seed": -1}"#, "seed: -1 is outside 0…"),
    (#"{"model": 5}"#, "model: a text is needed, not a number"),
    (#"{"adversarial": 0.5}"#, "adversarial: an object is needed, not a number"),
    (
      #"{"adversarial": {"ration": 0.5}}"#,
      "adversarial: unknown key 'ration'; did you mean 'ratio'?"
    ),
    (#"{"adversarial": {"ratio": 1.5}}"#, "adversarial: ratio: 1.5 is outside 0…1"),
    (#"{"adversarial": {"ratio": -1}}"#, "adversarial: ratio: -1 is outside 0…1"),
    (#"{"adversarial": {"ratio": NaN}}"#, "line 1, column 27: a value is expected"),
    (#"{"adversarial": {"ratio": "NaN"}}"#, "adversarial: ratio: a number is needed, not a text"),
    (#"{"adversarial": {"epsilon": 1e999}}"#, "line 1, column 34: the number '1e999' is too large"),
    (#"{"adversarial": {"epsilon": -0.1}}"#, "adversarial: epsilon: -0.1 is outside 0…1"),
    (#"{"adversarial": {"epsilon": 2}}"#, "adversarial: epsilon: 2 is outside 0…1"),
    (#"{"optimizer": {"type": "adm"}}"#, "optimizer: type: 'adm' is unknown; did you mean 'adam'?"),
    (
      #"{"optimizer": {"learningRate": -0.5}}"#,
      "optimizer: learningRate: -0.5 is outside 0…100"
    ),
    (#"{"earlyStopping": {"patience": 0}}"#, "earlyStopping: patience: 0 is outside 1…1000000"),
    (
      #"{"epochs": 1, "epochs": 2}"#,
      "line 1, column 24: the key 'epochs' stands twice in one object"
    ),
    (
      #"{"guard": {"onCollapse": "cry"}}"#,
      "guard: onCollapse: 'cry' is unknown; known are heal, stop, warn"
    ),
    (#"{"guard": {"gap": 2}}"#, "guard: gap: 2 is outside 0…1"),
    (#"{"guard": {"probes": "pgd"}}"#, "guard: unknown key 'probes'; did you mean 'probe'?"),
    (#"{"augmentation": {"shift": -1}}"#, "augmentation: shift: -1 is outside 0…1024"),
    (#"{"movingAverage": 1}"#, "movingAverage: 1 is outside 0…0.999999"),
    ("[]", "an object is needed, not a list"),
    (#"{"epochs": 1"#, "line 1, column 13: '}' is expected"),
  ])
  func recipes(_ text: String, _ message: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(text, to: "recipe.json")
    try sandbox.write("old", to: "old")
    try await Mistake(
      "train --config recipe.json --limit 40 --output old", 65, "recipe.json: \(message)"
    ).expect(in: sandbox)
  }

  @Test func theProbeOfAGuard() async throws {
    let sandbox = try Sandbox()
    for (probe, message) in [
      ("pdg", "attack: 'pdg' is unknown; did you mean 'pgd'?"),
      (
        "fgsm",
        "recipe.json: guard: probe: one step is no evidence of robustness; take pgd, for instance"
      ),
      (
        "pgd:restarts=2",
        "recipe.json: guard: probe: the guard makes one attempt on each example, at any class; "
          + "take pgd, for instance"
      ),
    ] {
      try sandbox.write(#"{"guard": {"probe": "\#(probe)"}}"#, to: "recipe.json")
      try await Mistake("train --config recipe.json --limit 40 --output old", 65, message)
        .expect(in: sandbox)
    }
  }

  @Test(arguments: [
    (#"{"name": "x", "input": [28, 28, 1]}"#, "the key 'layers' is missing"),
    (
      #"{"name": "x", "input": [28, 28], "layers": []}"#,
      "input: a list of 3 numbers is needed, not of 2"
    ),
    (
      #"{"name": "x", "input": [28, 28, 1], "layers": []}"#,
      "layers: a model has 1 to 1000 layers, not 0"
    ),
    (
      #"{"name": "x", "input": [28, 28, 1], "layers": [{"type": "flatten", "units": 3}]}"#,
      "layers[0]: unknown key 'units'; known are type"
    ),
    (
      #"{"name": "x", "input": [28, 28, 1], "layers": [{"type": "flatten"}, {"type": "dense"}]}"#,
      "layers[1]: the key 'units' is missing"
    ),
    (
      #"{"name": "x", "input": [28, 28, 1], "layers": [{"type": "dense", "units": 10}]}"#,
      "layers[0] (dense): it takes a vector, not [28, 28, 1]; put a flatten layer before it"
    ),
    (
      #"{"name": "x", "input": [28, 28, 1], "layers": [{"type": "max-pool", "window": 29}]}"#,
      "layers[0] (max-pool): a window of [29, 29] does not fit on [28, 28, 1] with padding [0, 0]"
    ),
    (
      #"{"name": "x", "input": [28, 28, 1], "layers": [{"type": "max-pool", "window": 2}]}"#,
      "the model ends in [14, 14, 1]; its last layer must give one logit a class, such as "
        + #"{"type": "dense", "units": 10}"#
    ),
    (
      #"{"name": "x", "input": [4096, 4096, 4096], "layers": [{"type": "flatten"}]}"#,
      "layers[0] (flatten): its result [68719476736] has more than 500000000 values"
    ),
  ])
  func specifications(_ text: String, _ message: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(text, to: "model.json")
    try await Mistake("train --model model.json", 65, "model.json: \(message)").expect(in: sandbox)
  }

  @Test(arguments: [
    Mistake(
      "train --config defalt", 66,
      "there is no recipe 'defalt'; did you mean 'default'? Bundled: cnn, default, "
        + "fashion-linf-0.1, mlp, mnist-cnn, mnist-linf-0.3, mnist-mlp; others are JSON files, "
        + "given by their path"),
    Mistake(
      "train --config some/recipe.json", 66,
      "there is no recipe 'some/recipe.json'. Bundled: cnn, default, "
        + "fashion-linf-0.1, mlp, mnist-cnn, mnist-linf-0.3, mnist-mlp; others are JSON files, "
        + "given by their path"),
    Mistake(
      "train --model cnm", 66,
      "there is no model 'cnm'; did you mean 'cnn'? Bundled: cnn, mlp, strided-cnn; others are JSON "
        + "files, given by their path"),
    Mistake("train --config .", 66, "'.' is a directory; name a file in it"),
    Mistake(
      "train --model empty", 65, "'empty' is empty; it was probably never written to its end"),
    Mistake(
      "train", 64, "DEFEND_ISA is 'avx3'; it can be baseline, avx2, avx512",
      environment: ["DEFEND_ISA": "avx3"]),
  ])
  func names(_ mistake: Mistake) async throws {
    let sandbox = try Sandbox()
    try sandbox.write("", to: "empty")
    try await mistake.expect(in: sandbox)
  }
}
