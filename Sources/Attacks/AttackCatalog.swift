internal import Configurations

/// The attacks that can be named.
public enum AttackCatalog {
  public static let all: [any Attack.Type] = [
    FGSM.self,
    RandomStartFGSM.self,
    PGD.self,
    MomentumIterativeFGSM.self,
    APGD.self,
    TargetedAPGD.self,
    Square.self,
  ]

  /// Those that training can name: with them what leaves the ball, and is no evidence.
  public static let training: [any Attack.Type] =
    all + [
      NoisyFGSM.self
    ]

  public static var names: [String] { all.map { $0.name } }

  /// An attack with its default settings.
  public static func attack(named name: String) -> (any Attack)? {
    try? AttackPlan(name).attack
  }
}
