import Attacks
import Autodiff
import Configurations
import Datasets
import Evaluation
import Kernels
import ModelFixtures
import Networks
import Testing

@Suite struct EvaluatorTests {
  static let epsilons = [0.15, 0, 0.05, 1]
  static let dataset = Images.halves(53, seed: 7, part: .test)

  /// A random model, one that looks at the halves, and a convolution.
  static func subjects() throws -> [EvaluationSubject] {
    let mlp = try Models.mlp()
    let linear = try Models.linear()
    let random = Models.values(linear, seed: 2)
    let weights = random[0].floats.enumerated().map { place, value in
      value + ((place / 2 < 18) == (place % 2 == 0) ? 0.4 : -0.4)
    }
    let cnn = try Models.cnn()
    return [
      EvaluationSubject(
        path: "a", model: mlp, parameters: Models.values(mlp, seed: 1), trainedOn: []),
      EvaluationSubject(
        path: "b", model: linear, parameters: [Tensor(weights, shape: [36, 2]), random[1]],
        trainedOn: []),
      EvaluationSubject(
        path: "c", model: cnn, parameters: Models.values(cnn, seed: 3), trainedOn: []),
    ]
  }

  static func report(
    subjects: [EvaluationSubject]? = nil, attack: any Attack = FGSM(),
    batchSize: Int = 16, device: Device = Device(threads: 1), dataset: Dataset = dataset
  ) throws -> Report {
    var evaluator = Evaluator(
      suite: AttackSuite([AttackPlan(attack)]),
      threats: epsilons.map { ThreatModel(epsilon: $0) }, batchSize: batchSize, device: device)
    evaluator.includesTransfer = true
    evaluator.checksHealth = false
    return evaluator.evaluate(try subjects ?? self.subjects(), on: dataset).report
  }

  /// Correct unharmed and correct on each model's examples, image by image.
  struct Recount {
    var clean: [[Bool]] = []
    /// By radius, source and target.
    var attacked: [[[[Bool]]]] = []

    init(_ subjects: [EvaluationSubject], _ dataset: Dataset) {
      let originals = dataset.images.map { Float($0) / 255 }
      clean = subjects.map { Self.correct($0, originals, dataset) }
      attacked = EvaluatorTests.epsilons.map { epsilon in
        subjects.map { source in
          let examples = Self.examples(source, dataset, epsilon)
          return subjects.map { Self.correct($0, examples, dataset) }
        }
      }
    }

    static func correct(
      _ subject: EvaluationSubject, _ images: [Float], _ dataset: Dataset
    ) -> [Bool] {
      let graph = Graph()
      let x = graph.input("x", shape: [.batch, 6, 6, 1])
      var named = ["x": images.map { Double($0) }]
      for (parameter, value) in zip(subject.model.parameters, subject.parameters) {
        named[parameter.name] = value.floats.map { Double($0) }
      }
      var reference = ReferenceInterpreter(batch: dataset.count, values: named)
      let logits = reference.value(of: subject.model.logits(of: x)).elements
      return dataset.labels.enumerated().map { row, label in
        (logits[2 * row] >= logits[2 * row + 1] ? 0 : 1) == label
      }
    }

    static func examples(
      _ subject: EvaluationSubject, _ dataset: Dataset, _ epsilon: Double
    ) -> [Float] {
      let graph = Graph()
      let bytes = graph.input("x", shape: [.batch, 6, 6, 1], element: .uint8)
      let label = graph.input("label", shape: [.batch], element: .int32)
      let set = PerturbationSet(
        around: bytes.converted(to: .float32) / 255, epsilon: graph.fill(Float(epsilon)))
      let examples = FGSM().examples(
        AttackProblem(set, labels: label) { subject.model.logits(of: $0) })
      let program = Program(
        results: [examples], variables: Models.variables(subject.model, subject.parameters),
        capacity: 1, device: Device(threads: 1))
      return dataset.labels.indices.flatMap { row in
        program.write(
          Tensor(Array(dataset.images[row * 36..<(row + 1) * 36]), shape: [1, 6, 6, 1]), to: bytes)
        program.write(Tensor([dataset.labels[row]], shape: [1]), to: label)
        program.run(batch: 1)
        return program.read(examples).floats
      }
    }
  }

  @Test func figuresAreThoseOfARecount() throws {
    let subjects = try Self.subjects()
    let report = try Self.report()
    let recount = Recount(subjects, Self.dataset)
    for (index, checkpoint) in report.checkpoints.enumerated() {
      #expect(checkpoint.clean == Accuracy(outcomes: recount.clean[index]))
      for (trial, entry) in checkpoint.robust.enumerated() {
        let attacked = recount.attacked[trial][index][index]
        let robust = zip(recount.clean[index], attacked).map { $0 && $1 }
        #expect(entry.accuracy == Accuracy(outcomes: robust))
        let fooled = zip(recount.clean[index], attacked).count { $0 && !$1 }
        #expect(entry.verification == Report.Verification(claimed: fooled, verified: fooled))
        #expect(entry.accuracy.correct == checkpoint.clean.correct - fooled)
      }
    }
    // The figures must not be all alike, or the recount shows nothing.
    let figures = Set(report.checkpoints.flatMap { $0.robust.map(\.accuracy.correct) })
    #expect(figures.count > 4)

    for (trial, transfer) in try #require(report.transfer).enumerated() {
      for source in 0..<3 {
        for target in 0..<3 {
          let attacked = recount.attacked[trial][source][target]
          let outcomes = zip(recount.clean[target], attacked).map { $0 && $1 }
          #expect(transfer.accuracies[source][target] == Accuracy(outcomes: outcomes))
        }
        #expect(
          transfer.accuracies[source][source] == report.checkpoints[source].robust[trial].accuracy)
      }
    }
    for (place, comparison) in report.comparisons.enumerated() {
      #expect(
        comparison.clean
          == PairedComparison(
            baselineOutcomes: recount.clean[0], candidateOutcomes: recount.clean[place + 1]))
    }
  }

  @Test func aModelThatIsAlwaysWrongIsNeverRobust() throws {
    let model = try Models.linear()
    let labels = Self.dataset.labels
    let wrong = Dataset(
      name: "ones", part: .test, imageShape: [6, 6, 1], images: Self.dataset.images,
      labels: labels.map { _ in 1 }, classNames: ["a", "b"], origin: "a test",
      lineage: DatasetLineage(collection: "ones"))
    let subject = EvaluationSubject(
      path: "zero", model: model,
      parameters: [
        Tensor([Float](repeating: 0, count: 72), shape: [36, 2]), Tensor([1.0, 0], shape: [2]),
      ], trainedOn: [])
    let report = try Self.report(subjects: [subject], dataset: wrong)
    #expect(report.checkpoints[0].clean.correct == 0)
    for entry in report.checkpoints[0].robust {
      #expect(entry.accuracy.correct == 0 && entry.verification.claimed == 0)
    }
    #expect(report.transfer == nil && report.comparisons.isEmpty)
  }

  @Test func theReportIsTheSameOnEveryDevice() throws {
    let expected = try Self.report()
    for set in InstructionSet.allCases where set.isSupported {
      let device = Device(threads: 2, instructionSet: set)
      #expect(try Self.report(batchSize: 1000, device: device) == expected)
    }
    #expect(try Self.report(batchSize: 1) == expected)
    #expect(try Self.report(batchSize: 7, device: Device(threads: 3)) == expected)
  }

  @Test func radiiKeepTheirOrder() throws {
    let report = try Self.report()
    #expect(report.threat.epsilons == Self.epsilons)
    #expect(report.checkpoints.allSatisfy { $0.robust.map(\.epsilon) == Self.epsilons })
    #expect(report.comparisons.allSatisfy { $0.robust.map(\.epsilon) == Self.epsilons })
    #expect(report.transfer?.map(\.epsilon) == Self.epsilons)
    #expect(report.checkpoints.map(\.path) == ["a", "b", "c"])
    #expect(report.comparisons.map(\.candidate) == ["b", "c"])
    #expect(report.findings.map(\.code) == ["single-step-only"])
    #expect(report.gates.map(\.candidate) == [["b"], ["c"]])
  }

  @Test func trainingOnTheImagesIsFound() throws {
    let training = Images.halves(20, seed: 3)
    for (trainedOn, isFound) in [
      (training, false), (Self.dataset, true), (Self.dataset.prefix(5), true),
    ] {
      var subjects = try Self.subjects()
      subjects[1] = EvaluationSubject(
        path: "b", model: subjects[1].model, parameters: subjects[1].parameters,
        trainedOn: [training.identity(), trainedOn.identity()])
      let findings = try Self.report(subjects: subjects).findings
      let expected: [Report.Finding] = isFound ? [.trainedOnTestData(checkpoint: "b")] : []
      #expect(findings.filter { $0.code == "trained-on-test-data" } == expected)
    }
  }

  /// Steps out of the ball.
  struct Cheat: Attack {
    static let name = "cheat"
    static let summary = "takes twice as much as it may"
    static let kind = AttackKind.singleStep
    let steps = 1
    let configuration: [String: JSONValue] = [:]

    init() {}
    init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

    func start(_ problem: AttackProblem) -> AttackState {
      AttackState(images: problem.allowed.images)
    }

    func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
      let change = 2 * problem.allowed.epsilon * problem.gradient(at: state.images).sign()
      return AttackState(images: state.images + change)
    }
  }

  @Test func whatLeavesTheAllowedSetIsNotCounted() throws {
    let report = try Self.report(attack: Cheat())
    for checkpoint in report.checkpoints {
      for entry in checkpoint.robust {
        #expect(entry.verification.verified == 0 && entry.accuracy == checkpoint.clean)
      }
      #expect(checkpoint.robust[3].verification.claimed > 0)
    }
    let found = report.findings.filter { $0.code == "unverified-examples" }
    #expect(Set(found.map { $0.message.contains("cheat made on b") }) == [true, false])
  }

  /// All programs are made before the images come, those of the health checks included.
  @Test(arguments: ["fgsm", "fgsm+pgd:steps=5", "pgd:steps=5+square:queries=5"])
  func attacksArePrepared(suite: String) throws {
    let evaluator = Evaluator(
      suite: try AttackSuite(suite), threats: [ThreatModel(epsilon: 0.1)], batchSize: 20,
      device: Device(threads: 1))
    let prepared = evaluator.prepare(try Self.subjects())
    let before = prepared.map(\.attacked.plans)
    let report = evaluator.evaluate(prepared, on: Self.dataset).report
    #expect(prepared.map(\.attacked.plans) == before)
    #expect(report == evaluator.evaluate(try Self.subjects(), on: Self.dataset).report)
  }

  @Test func progressEndsAtTheWhole() throws {
    var shares: [Double] = []
    _ = Evaluator(
      suite: AttackSuite([AttackPlan(FGSM())]), threats: [ThreatModel(epsilon: 0.1)],
      batchSize: 20, device: Device(threads: 1)
    ).evaluate(try Self.subjects(), on: Self.dataset) { shares.append($0) }
    #expect(shares == shares.sorted() && shares.last == 1 && shares.count > 3)
    #expect(shares.allSatisfy { (0...1).contains($0) })
  }

  /// Finite weights can still overflow to infinity and then to NaN, which is no answer.
  @Test func aModelThatOverflowsIsRightAboutNothing() throws {
    let mlp = try Models.mlp()
    // Infinite hidden values, which the last layer's rows of either sign take from each other.
    let huge = mlp.parameters.map { parameter in
      Tensor(
        (0..<parameter.count).map { place in
          parameter.shape.last == 2 && place / 2 % 2 == 1 ? -3e38 : Float(3e38)
        }, shape: parameter.shape)
    }
    let report = Evaluator(
      suite: AttackSuite([AttackPlan(FGSM())]), threats: [ThreatModel(epsilon: 0.1)],
      device: Device(threads: 1)
    ).evaluate(
      [EvaluationSubject(path: "huge", model: mlp, parameters: huge, trainedOn: [])],
      on: Self.dataset
    ).report
    #expect(report.checkpoints[0].clean.correct == 0)
    #expect(report.checkpoints[0].robust[0].accuracy.correct == 0)
  }
}
