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

  public static var names: [String] { all.map { $0.name } }

  /// An attack with its default settings.
  public static func attack(named name: String) -> (any Attack)? {
    try? AttackPlan(name).attack
  }
}
