public import Autodiff

/// An attack that makes a proposal in every step, asks the model about it, and keeps it or goes on
/// with the images that it has: a random search.
///
/// The two halves of its step need not go together: a proposal that changes nothing, or that was
/// refused before, needs no answer of the model.
public protocol SearchAttack: Attack {
  /// What the model is asked about next, `[N, H, W, C]`.
  func proposal(from images: Expression, _ problem: AttackProblem) -> Expression

  /// What becomes of a proposal.
  ///
  /// It follows from the proposal, the memory and the problem's classes alone, without random
  /// numbers and without ``AttackProblem/scalars``. What is refused leaves the memory as it is, and
  /// images that are proposed to themselves are refused.
  func decision(
    on proposal: Expression, memory: [Expression], _ problem: AttackProblem
  ) -> SearchDecision
}

/// What a search makes of a proposal.
public struct SearchDecision {
  /// 1 where the proposal takes the images' place, `[N]`.
  public var isAccepted: Expression
  /// What is kept of every example from now on, as in ``AttackState/memory``.
  public var memory: [Expression]
  /// 1 where the images that it goes on with are known to be adversarial, `[N]`.
  public var isFooled: Expression

  public init(isAccepted: Expression, memory: [Expression], isFooled: Expression) {
    self.isAccepted = isAccepted
    self.memory = memory
    self.isFooled = isFooled
  }
}

extension SearchAttack {
  public func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let proposal = proposal(from: state.images, problem)
    let decision = decision(on: proposal, memory: state.memory, problem)
    return AttackState(
      images: .select(
        decision.isAccepted.reshaped(to: PerturbationSet.perExample), proposal, state.images),
      memory: decision.memory, isFooled: decision.isFooled)
  }
}
