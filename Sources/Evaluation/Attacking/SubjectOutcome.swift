package import Attacks
package import Autodiff

/// What the attacks of a suite did to one model at one radius, example by example.
package struct SubjectOutcome {
  package let threat: ThreatModel
  package let plans: [AttackPlan]
  /// By plan.
  package private(set) var attempts: [Trial.Attempt]
  /// Correct unharmed and broken by no attack, in the order of the data set. Of an example that was
  /// not attacked: correct unharmed.
  package private(set) var isRobust: [Bool]
  /// What has been attacked, in ascending order.
  package private(set) var examples: [Int] = []
  /// The examples that one random change of the same size breaks, in ascending order.
  package private(set) var brokenByNoise: [Int] = []
  /// By the place in the data set: the first success.
  package private(set) var witnesses: [Int: Witness] = [:]
  private let keepsImages: Bool

  /// What is tried beside the suite.
  static let noise = AttackPlan(RandomNoise())

  /// An adversarial example that held in the second look.
  package struct Witness {
    package let plan: Int
    package let prediction: Int32
    package let distance: Double
    /// `[H, W, C]`; empty unless asked for.
    package let image: [Float]
  }

  /// Nothing has been attacked yet.
  package init(_ plans: [AttackPlan], of trial: Trial, threat: ThreatModel, keepsImages: Bool) {
    self.threat = threat
    self.plans = plans
    self.keepsImages = keepsImages
    isRobust = trial.answers.isCorrect
    attempts = plans.map { _ in Trial.Attempt() }
  }

  /// Whether each attacked example is robust, in their order.
  package var robustExamples: [Bool] { examples.map { isRobust[$0] } }

  /// Those that were attacked and withstood, in ascending order.
  package var standing: [Int] { examples.filter { isRobust[$0] } }

  /// The gradients and queries that the attacks took.
  package var cost: Int { attempts.reduce(0) { $0 + $1.cost } }

  /// Attacks some examples that have not been attacked before.
  ///
  /// A single-step attack is tried on every example that is right unharmed, an iterative one on
  /// those that no iterative attack has broken, a black-box one on what stands. So an example that
  /// only one step breaks, or only queries, is seen: the attacks between have been led astray.
  ///
  /// - Parameters:
  ///   - examples: in ascending order.
  ///   - onProgress: is given the gradients or queries that a batch could take at most.
  package mutating func attack(
    _ examples: [Int], of trial: Trial, key: RandomKey, onProgress: (Int) -> Void = { _ in }
  ) {
    self.examples = (self.examples + examples).sorted()
    guard threat.epsilon > 0 else { return }
    let correct = examples.filter { isRobust[$0] }
    /// What no iterative attack has broken.
    var unbroken = correct
    for (index, plan) in plans.enumerated() {
      let tried =
        switch plan.kind {
        case .singleStep: correct
        case .iterative: unbroken
        case .blackBox: correct.filter { isRobust[$0] }
        }
      let attempt = trial.attempt(
        plan, on: tried, threat: threat, key: key,
        onProgress: { onProgress($0 * plan.attack.steps) },
        onSuccess: { success in
          guard witnesses[success.example] == nil else { return }
          witnesses[success.example] = Witness(
            plan: index, prediction: success.prediction, distance: success.distance,
            image: keepsImages ? Array(success.image) : [])
        })
      attempts[index].add(attempt)
      for example in attempt.broken { isRobust[example] = false }
      if plan.kind == .iterative {
        let broken = Set(attempt.broken)
        unbroken.removeAll { broken.contains($0) }
      }
    }
    brokenByNoise +=
      trial.attempt(
        Self.noise, on: correct, threat: threat, key: key
      ).broken
    brokenByNoise.sort()
  }

  /// How many examples each plan and those before it left, of some that were correct.
  package func remaining(after plan: Int, correct: Int) -> Int {
    correct - Set(attempts[...plan].flatMap(\.broken)).count
  }
}
