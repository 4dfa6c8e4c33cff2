import Configurations
import Foundation
import Testing

@testable import Networks

@Suite struct LearningRateScheduleTests {
  /// The schedule of a recipe `{"schedule": …}`.
  static func schedule(_ text: String) throws -> LearningRateSchedule {
    var object = try ConfigurationObject(
      JSONValue(parsing: Array(#"{"schedule": \#(text)}"#.utf8), source: "recipe"),
      place: "recipe")
    let schedule = try LearningRateSchedule("schedule", of: &object)
    try object.finish()
    return try #require(schedule)
  }

  static func factors(_ text: String, of count: Int) throws -> [Double] {
    let schedule = try schedule(text)
    return (1...count).map { schedule.factor(step: $0, of: count) }
  }

  static let types = ScheduleCatalog.all.map { $0.type }

  @Test func aConstantRateStays() {
    #expect(
      (1...5).map { LearningRateSchedule.constant.factor(step: $0, of: 5) } == [1, 1, 1, 1, 1])
  }

  @Test func aLinearRateFallsInEqualPartsToTheLastStep() {
    #expect(
      (1...4).map { LearningRateSchedule.linear.factor(step: $0, of: 4) } == [1, 0.75, 0.5, 0.25])
  }

  @Test func aStepFollowsItsMilestoneAtOnce() throws {
    let text = #"{"type": "step", "milestones": [0.5, 0.5, 0.75], "factor": 0.5}"#
    #expect(try Self.factors(text, of: 4) == [1, 1, 0.25, 0.125])
    #expect(try Self.factors(#"{"type": "step", "milestones": []}"#, of: 3) == [1, 1, 1])
  }

  @Test(arguments: types, [1, 2, 3, 10, 97])
  func everyFactorIsAShare(type: String, count: Int) throws {
    for text in [#""\#(type)""#, #"{"type": "\#(type)", "warmup": 0.3}"#] {
      let factors = try Self.factors(text, of: count)
      #expect(factors.allSatisfy { $0 > 0 && $0 <= 1 })
    }
  }

  @Test(arguments: types)
  func aWarmUpRisesInEqualPartsToWhereTheCurveBegins(type: String) throws {
    let factors = try Self.factors(#"{"type": "\#(type)", "warmup": 0.3}"#, of: 30)
    let begin = factors[9]
    for (index, factor) in factors[..<9].enumerated() {
      #expect(abs(factor - begin * Double(index + 1) / 10) < 1e-15)
    }
    let plain = try Self.schedule(#""\#(type)""#)
    if type != "step" {
      #expect(factors[9...].elementsEqual((1...21).map { plain.factor(step: $0, of: 21) }))
    } else {
      #expect(factors[9...].elementsEqual((10...30).map { plain.factor(step: $0, of: 30) }))
    }
  }

  @Test(arguments: [0.0, 0.01, 0.5, 0.99, 1.0], [1, 2, 50])
  func extremeSettingsGiveNumbers(share: Double, count: Int) throws {
    for text in [
      #"{"type": "one-cycle", "peak": \#(share)}"#,
      #"{"type": "one-cycle", "peak": \#(share), "warmup": \#(share)}"#,
      #"{"type": "cosine", "warmup": \#(share)}"#,
    ] {
      let factors = try Self.factors(text, of: count)
      #expect(factors.allSatisfy { $0 > 0 && $0 <= 1 }, "\(text): \(factors)")
    }
  }

  @Test(arguments: types)
  func theConfigurationIsTheScheduleAgain(type: String) throws {
    for text in [#""\#(type)""#, #"{"type": "\#(type)", "warmup": 0.125}"#] {
      let schedule = try Self.schedule(text)
      let again = try Self.schedule(schedule.configuration.text)
      #expect(again == schedule && again.configuration.text == schedule.configuration.text)
      for step in 1...17 {
        #expect(again.factor(step: step, of: 17) == schedule.factor(step: step, of: 17))
      }
    }
    #expect(try Self.schedule(#""\#(type)""#) == Self.schedule(#"{"type": "\#(type)"}"#))
  }

  @Test(arguments: [
    (#""linear""#, #""linear""#), (#"{"type": "linear", "warmup": 0}"#, #""linear""#),
    (#""step""#, #"{"factor":0.1,"milestones":[0.5,0.75],"type":"step","warmup":0}"#),
    (#"{"type": "cosine", "warmup": 0.05}"#, #"{"type":"cosine","warmup":0.05}"#),
    (
      #""one-cycle""#,
      #"{"divisor":25,"finalDivisor":10000,"peak":0.3,"phase":"cosine","type":"one-cycle","#
        + #""warmup":0}"#
    ),
  ])
  func theConfigurationIsSpelledOut(text: String, expected: String) throws {
    #expect(try Self.schedule(text).configuration.text == expected)
  }

  @Test(arguments: [
    (#""cosin""#, "recipe: schedule: 'cosin' is unknown; did you mean 'cosine'?"),
    ("3", "recipe: schedule: a text or an object is needed, not a number"),
    (#"{"warmup": 0.1}"#, "recipe: schedule: the key 'type' is missing"),
    (#"{"type": "linear", "warmup": 2}"#, "recipe: schedule: warmup: 2 is outside 0…1"),
    (
      #"{"type": "linear", "factor": 2}"#,
      "recipe: schedule: unknown key 'factor'; known are type, warmup"
    ),
    (
      #"{"type": "step", "milestones": [0.5, 30]}"#,
      "recipe: schedule: milestones: 30 is outside 0…1"
    ),
    (
      #"{"type": "step", "milestones": 0.5}"#,
      "recipe: schedule: milestones: a list is needed, not a number"
    ),
    (
      #"{"type": "one-cycle", "phase": "cos"}"#,
      "recipe: schedule: phase: 'cos' is unknown; did you mean 'cosine'?"
    ),
  ])
  func mistakes(text: String, message: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try Self.schedule(text) }
    #expect(error.description == message)
  }

  @Test func theCosineIsTheCosine() {
    for index in 0...10_000 {
      let x = Double(index) / 10_000
      #expect(abs(cosine(halfTurns: x) - Foundation.cos(.pi * x)) < 1e-15)
    }
    #expect([0, 0.5, 1].map { cosine(halfTurns: $0) } == [1, 0, -1])
  }

  /// The same bits on every machine: these are of the same sums and products in Python.
  @Test func theBitsAreTheSameEverywhere() throws {
    let bits = try (1...4).map { step in
      try Self.schedule(#""cosine""#).factor(step: 2 * step, of: 9).bitPattern
    }
    #expect(
      bits == [
        0x3fef_08fb_2129_168e, 0x3fe8_0000_0000_0000, 0x3fda_7179_607d_231d, 0x3fbd_f241_74c2_bf18,
      ])
  }
}
