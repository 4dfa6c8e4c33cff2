public import Autodiff
public import Configurations

/// The Square Attack (Andriushchenko, Croce, Flammarion & Hein 2020): random search with changes in
/// squares, which looks at the margin alone. A proposal is kept where the margin has grown, or where
/// it is the first to be misclassified.
///
/// A gradient that is masked does not mislead it, which is why it stands beside attacks with
/// gradients.
public struct Square: SearchAttack {
  public static let name = "square"
  public static let summary = "random search with squares, without gradients"
  public static let kind = AttackKind.blackBox

  /// How many proposals the model is asked about, after the start.
  public let queries: Int
  /// The share of an image's pixels in the first squares, p.
  public let initialShare: Double

  /// By default 5000 queries from p = 0.8, as in AutoAttack (Croce & Hein 2020).
  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    queries = try object.integer("queries", in: 1...1_000_000) ?? 5000
    initialShare = try object.number("initialShare", in: 0...1) ?? 0.8
  }

  public var configuration: [String: JSONValue] {
    ["queries": .integer(queries), "initialShare": .number(initialShare)]
  }

  public var steps: Int { queries }

  /// The share of pixels in a step's squares: halved at nine places of the search, which are those
  /// of section 4.1 for 10,000 queries, scaled.
  func share(step: Int) -> Double {
    let scaled = step * 10_000 / queries
    let places = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000]
    return places.reduce(initialShare) { $1 < scaled ? $0 / 2 : $0 }
  }

  /// The root of the share: a side in units of the image's.
  public func scalars(step: Int) -> [Float] { [Float(share(step: step).squareRoot())] }

  public func start(_ problem: AttackProblem) -> AttackState {
    let images =
      switch problem.allowed.norm {
      case .linf: SquareStripes(problem).start()
      case .l2: SquareWindows(problem).start()
      }
    let isFooled = problem.isMisclassified(images)
    return AttackState(
      images: images, memory: [problem.loss(.margin, of: images), isFooled], isFooled: isFooled)
  }

  public func proposal(from images: Expression, _ problem: AttackProblem) -> Expression {
    let relativeSide = problem.scalars[0]
    return switch problem.allowed.norm {
    case .linf: SquareStripes(problem).proposal(from: images, relativeSide: relativeSide)
    case .l2: SquareWindows(problem).proposal(from: images, relativeSide: relativeSide)
    }
  }

  public func decision(
    on proposal: Expression, memory: [Expression], _ problem: AttackProblem
  ) -> SearchDecision {
    let (best, wasFooled) = (memory[0], memory[1])
    let margin = problem.loss(.margin, of: proposal)
    let isFooled = problem.isMisclassified(proposal)
    // What has been misclassified once never becomes anything else, whatever its margin.
    let isBetter = Expression.maximum(
      isFooled.isGreater(than: wasFooled),
      isFooled.isGreaterOrEqual(to: wasFooled) * margin.isGreater(than: best))
    let found = Expression.select(isBetter, isFooled, wasFooled)
    return SearchDecision(
      isAccepted: isBetter, memory: [.select(isBetter, margin, best), found], isFooled: found)
  }
}
