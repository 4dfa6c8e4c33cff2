public import ArgumentParsing
public import Attacks
internal import Configurations
internal import Reporting

/// A suite by its name, or attacks joined by `+`, on the command line.
struct SuiteArgument: ExpressibleByArgument {
  let suite: AttackSuite

  static let quick = SuiteArgument(AttackSuite.names[0])

  /// A text that is known to be right.
  private init(_ text: String) {
    do {
      suite = try AttackSuite(text)
    } catch {
      preconditionFailure("SuiteArgument: \(error)")
    }
  }

  private init(_ suite: AttackSuite) { self.suite = suite }

  static var argumentFormat: ArgumentFormat<SuiteArgument> {
    ArgumentFormat(
      write: { $0.suite.name },
      read: { text throws(ValidationError) in
        do throws(ConfigurationError) {
          return SuiteArgument(try AttackSuite(text))
        } catch {
          throw ValidationError(error.asOption("attack"))
        }
      })
  }
}

/// One attack on the command line.
struct PlanArgument: ExpressibleByArgument {
  let plan: AttackPlan

  static let fgsm = PlanArgument(plan: AttackPlan(FGSM()))

  static var argumentFormat: ArgumentFormat<PlanArgument> {
    ArgumentFormat(
      write: { $0.plan.name },
      read: { text throws(ValidationError) in
        do throws(ConfigurationError) {
          // As a suite, so that an unknown name is answered with the names there are.
          let plans = try AttackSuite(text).plans
          guard plans.count == 1 else { throw .invalid(place: "attack", "one attack is needed") }
          return PlanArgument(plan: plans[0])
        } catch {
          throw ValidationError(error.asOption("attack"))
        }
      })
  }
}

extension Norm: ExpressibleByArgument {}

/// The suites and attacks as help lists them: names, and what they stand for beside them.
enum AttackHelp {
  /// What help leaves of 80 columns.
  private static let width = 72

  static var text: String {
    let suites = AttackSuite.catalog.map { ($0.name, $0.summary) }
    let attacks = AttackCatalog.all.map { ($0.name, $0.summary) }
    let column = (suites + attacks).map(\.0.count).max()! + 4
    func lines(_ entries: [(String, String)]) -> [String] {
      entries.flatMap { name, summary in
        summary.wrapped(to: width - column).enumerated().map { index, line in
          let label = index == 0 ? "  " + name : ""
          return label + String(repeating: " ", count: column - label.count) + line
        }
      }
    }
    return (["Suites:"] + lines(suites) + ["Attacks:"] + lines(attacks)).joined(separator: "\n")
  }
}
