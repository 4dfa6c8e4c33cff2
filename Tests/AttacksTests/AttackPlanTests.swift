import Attacks
import Configurations
import Testing

@Suite struct AttackPlanTests {
  static let texts =
    AttackCatalog.names + [
      "fgsm:restarts=2", "rs-fgsm:relative-step=1", "pgd:steps=40,step-size=0.01",
      "pgd:random-start=false,relative-step=0.5,restarts=5", "mifgsm:decay=0.5,steps=3",
      "apgd-ce:steps=10,targets=3", "apgd-t:targets=4", "square:initial-share=0.05,queries=7",
    ]

  @Test(arguments: texts)
  func aPlanIsItsConfiguration(text: String) throws {
    let plan = try AttackPlan(text)
    let other = try AttackPlan(ConfigurationObject(plan.configuration, place: "test"))
    #expect(other.configuration == plan.configuration)
    #expect((other.restarts, other.targets) == (plan.restarts, plan.targets))
    #expect(type(of: other.attack) == type(of: plan.attack))
    #expect(other.attack.steps == plan.attack.steps && other.kind == plan.kind)
  }

  @Test func settingsAreReadAndNamed() throws {
    let plan = try AttackPlan("pgd:steps=40,restarts=5")
    #expect(plan.name == "pgd:restarts=5,steps=40")
    #expect((plan.attack as? PGD)?.steps == 40)
    #expect((plan.restarts, plan.targets) == (5, 0))
    #expect(try AttackPlan("apgd-t").targets == 9)
    #expect((try AttackPlan("mifgsm:decay=0.5").attack as? MomentumIterativeFGSM)?.decay == 0.5)
    #expect(try AttackPlan("square:queries=12").attack.steps == 12)
    #expect(try AttackPlan("square").kind == .blackBox)
  }

  @Test(arguments: [
    ("pdg", "attack: 'pdg' is unknown; did you mean 'pgd'?"),
    ("", "attack: '' is unknown; known are \(AttackCatalog.names.joined(separator: ", "))"),
    ("pgd:step=3", "attack pgd: unknown key 'step'; did you mean 'steps'?"),
    ("pgd:steps", "attack pgd: 'steps' is no setting such as steps=40"),
    ("pgd:", "attack pgd: '' is no setting such as steps=40"),
    ("pgd:steps=3,steps=4", "attack pgd: 'steps' is given twice"),
    ("pgd:name=fgsm", "attack pgd: 'name' is given twice"),
    ("pgd:steps=many", "attack pgd: steps: a whole number is needed, not a text"),
    ("pgd:steps=0", "attack pgd: steps: 0 is outside 1…1000000"),
    ("pgd:steps=2.5", "attack pgd: steps: a whole number is needed, not 2.5"),
    ("pgd:random-start=1", "attack pgd: randomStart: true or false is needed, not a number"),
    ("pgd:step-size=-1", "attack pgd: stepSize: -1 is outside 0…1000"),
    (
      "pgd:step-size=1,relative-step=1",
      "attack pgd: relativeStep: give stepSize or relativeStep, not both"
    ),
    ("square:queries=0", "attack square: queries: 0 is outside 1…1000000"),
    ("square:initial-share=2", "attack square: initialShare: 2 is outside 0…1"),
    ("fgsm:restarts=no", "attack fgsm: restarts: a whole number is needed, not a text"),
  ])
  func mistakesAreSaidInOneLine(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try AttackPlan(text) }
    #expect(error?.description == message)
  }

  /// What leaves the ball can be named by training alone.
  @Test func trainingNamesMoreAttacks() throws {
    let plan = try AttackPlan("n-fgsm:noise=1", among: AttackCatalog.training)
    #expect((plan.attack as? NoisyFGSM)?.noise == 1 && plan.name == "n-fgsm:noise=1")
    let other = try AttackPlan(
      ConfigurationObject(plan.configuration, place: "test"), among: AttackCatalog.training)
    #expect(other.configuration == plan.configuration)
    for name in AttackCatalog.names {
      #expect(try AttackPlan(name, among: AttackCatalog.training).name == name)
    }
    #expect(AttackCatalog.attack(named: "n-fgsm") == nil)
  }

  @Test(arguments: ["n-fgsm", "n-fgsm:noise=1", "fgsm+n-fgsm"])
  func evidenceDoesNotComeFromOutsideTheBall(text: String) {
    let error = #expect(throws: ConfigurationError.self) { try AttackSuite(text) }
    #expect(
      error?.description
        == "attack: 'n-fgsm' leaves the ball: it trains models, and is no evidence")
  }

  @Test(arguments: [
    ("n-fgsm:noise=-1", "attack n-fgsm: noise: -1 is outside 0…100"),
    (
      "n-fgsm:step=1",
      "attack n-fgsm: unknown key 'step'; known are name, noise, relativeStep, restarts, targets"
    ),
    ("nfgsm", "attack: 'nfgsm' is unknown; did you mean 'fgsm'?"),
  ])
  func mistakesInTrainingAreSaidInOneLine(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try AttackPlan(text, among: AttackCatalog.training)
    }
    #expect(error?.description == message)
  }

  @Test func suitesHoldTheirAttacks() throws {
    for entry in AttackSuite.catalog {
      let suite = try AttackSuite(entry.name)
      #expect(suite.name == entry.name && !entry.summary.isEmpty)
      #expect(suite.plans.map(\.name).joined(separator: "+") == entry.attacks)
      #expect(suite.plans.contains { $0.kind != .singleStep })
    }
    let joined = try AttackSuite("fgsm+pgd:steps=3")
    #expect(joined.name == "fgsm+pgd:steps=3")
    #expect(joined.plans.map(\.name) == ["fgsm", "pgd:steps=3"])
    #expect(try AttackSuite("pgd:steps=3+pgd:steps=4").plans.count == 2)
    #expect(AttackSuite(joined.plans).name == "fgsm+pgd:steps=3")
  }

  @Test(arguments: [
    ("fgsm+fgsm", "attack: 'fgsm' is given twice"),
    (
      "pgd:steps=3,restarts=2+pgd:restarts=2,steps=3",
      "attack: 'pgd:restarts=2,steps=3' is given twice"
    ),
    ("standrad", "attack: 'standrad' is unknown; did you mean 'standard'?"),
    ("fgsm+pgdd:steps=3", "attack: 'pgdd' is unknown; did you mean 'pgd'?"),
    ("fgsm+pgd:stepz=3", "attack pgd: unknown key 'stepz'; did you mean 'steps'?"),
  ])
  func mistakesInSuitesAreSaidInOneLine(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try AttackSuite(text) }
    #expect(error?.description == message)
  }
}
