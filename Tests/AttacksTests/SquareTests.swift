import Autodiff
import Configurations
import ModelFixtures
import Testing

@testable import Attacks

@Suite struct SquareTests {
  private static func problem(
    _ graph: Graph, shape: [Int], norm: Norm
  ) -> AttackProblem {
    func integers(_ name: String, _ shape: Shape = [.batch]) -> Expression {
      graph.input(name, shape: shape, element: .int32)
    }
    let images = graph.input(
      "originals", shape: Shape([.batch] + shape.map { Dimension($0) }))
    return AttackProblem(
      PerturbationSet(
        around: images, epsilon: graph.input("epsilon", shape: []), norm: norm),
      labels: integers("labels"),
      randomness: .init(key: integers("key", [2]), examples: integers("examples"))
    ) { $0.sum([2, 3]) }
  }

  @Test(arguments: GoldenFile.shared.sides)
  func sidesAreThePapers(golden: GoldenFile.Sides) throws {
    let plan = try AttackPlan("square:queries=\(golden.queries)")
    let attack = try #require(plan.attack as? Square)
    let graph = Graph()
    let problem = Self.problem(graph, shape: [golden.height, golden.width, 1], norm: .l2)
    let share = graph.input("share", shape: [])
    let side =
      golden.odd
      ? SquareWindows(problem).oddSide(relative: share)
      : SquareGeometry(problem).side(relative: share)
    for (index, first) in golden.steps.enumerated() {
      let end = index + 1 < golden.steps.count ? golden.steps[index + 1] : golden.queries
      for step in [first, end - 1] {
        var interpreter = ReferenceInterpreter(
          batch: 1, values: ["share": [Double(attack.scalars(step: step)[0])]])
        #expect(
          interpreter.value(of: side).elements == [Double(golden.sides[index])], "step \(step)")
      }
    }
  }

  /// A window as large as the image, so that its values are the image's; turned for some examples.
  @Test func windowsHoldTheTwoBumps() {
    for golden in GoldenFile.shared.bumps {
      let (graph, side) = (Graph(), golden.side)
      let problem = Self.problem(graph, shape: [side, side, 1], norm: .l2)
      let place = graph.iota(shape: [1, Dimension(side)], axis: 1).converted(to: .float32)
      let bumps = SquareWindows(problem).bumps(
        rows: place, columns: place, side: graph.fill(Float(side)))
      let turned = (0..<side * side).map { golden.values[$0 % side * side + $0 / side] }
      var interpreter = ReferenceInterpreter(
        batch: 12, values: ["key": [1, 2], "examples": (0..<12).map { Double($0) }])
      let found = interpreter.value(of: bumps).elements
      var turns = 0
      for row in 0..<12 {
        let values = found[row * side * side..<(row + 1) * side * side]
        func isNear(_ expected: [Double]) -> Bool {
          zip(values, expected).allSatisfy { abs($0 - $1) < 1e-7 }
        }
        #expect(isNear(golden.values) || isNear(turned), "side \(side), example \(row)")
        turns += isNear(turned) ? 1 : 0
      }
      #expect(turns > 0 && turns < 12)
    }
  }

  /// The class is the row with the largest sum, so that every pixel counts.
  private static func walk(
    norm: Norm, shape: [Int] = [6, 5, 2], epsilon: Double, isTargeted: Bool = false
  ) throws -> Walk {
    let key = RandomKey(seed: 12)
    let count = 6
    let originals = (0..<count * shape.reduce(1, *)).map {
      0.2 + 0.6 * Double(key.uniform(row: 0, index: $0))
    }
    let labels = (0..<count).map { row in
      let size = shape[1] * shape[2]
      let sums = (0..<shape[0]).map { line in
        let first = (row * shape[0] + line) * size
        return originals[first..<first + size].reduce(0, +)
      }
      return Double(sums.firstIndex(of: sums.max()!)!)
    }
    let classes = Double(shape[0])
    return try Walk(
      "square:queries=24", originals: originals, shape: shape, epsilon: epsilon, norm: norm,
      labels: labels,
      targets: isTargeted ? labels.map { ($0 + 1).truncatingRemainder(dividingBy: classes) } : nil
    ) { $0.sum([2, 3]) }
  }

  /// Changes are kept where the margin has grown or the class has changed, and nowhere else.
  @Test(arguments: Norm.allCases, [false, true])
  func marginsNeverFall(norm: Norm, isTargeted: Bool) throws {
    var walk = try Self.walk(
      norm: norm, epsilon: norm == .linf ? 0.04 : 0.3, isTargeted: isTargeted)
    walk.begin()
    let first = walk.memory(0)
    let size = walk.images.count / walk.batch
    var accepted = 0
    for step in 0..<24 {
      let (margins, fooled, images) = (walk.memory(0), walk.memory(1), walk.images)
      walk.take(step: step)
      #expect(walk.isFooled == walk.memory(1))
      for row in 0..<walk.batch {
        let (margin, isFooled) = (walk.memory(0)[row], walk.memory(1)[row])
        let pixels = row * size..<(row + 1) * size
        let isSame = walk.images[pixels] == images[pixels]
        accepted += isSame ? 0 : 1
        #expect(isFooled >= fooled[row])
        #expect(isSame || margin > margins[row] || isFooled > fooled[row])
        #expect(!isSame || margin == margins[row] && isFooled == fooled[row])
        if !isTargeted { #expect((margin > 0) == (isFooled == 1)) }
      }
    }
    #expect(accepted > walk.batch)
    #expect(zip(first, walk.memory(0)).allSatisfy { isTargeted || $1 >= $0 })
    #expect(walk.memory(0).reduce(0, +) > first.reduce(0, +))
    #expect(walk.memory(1).contains(1))
  }

  /// The start: stripes of ±ε. A proposal: one square, each channel at one end of its range.
  @Test func inLinfASquareChanges() throws {
    let epsilon = 0.04
    var walk = try Self.walk(norm: .linf, epsilon: epsilon)
    walk.begin()
    let originals = walk.values["originals"]!
    func changes() -> [Double] { zip(walk.images, originals).map { $0 - $1 } }
    let start = changes()
    #expect(start.allSatisfy { abs(abs($0) - epsilon) < 1e-6 })
    let size = 6 * 5 * 2
    for place in start.indices where place % size >= 10 {
      #expect((start[place] > 0) == (start[place - 10] > 0))
    }
    let attack = try #require(AttackPlan("square:queries=24").attack as? Square)
    for step in 0..<24 {
      let before = changes()
      walk.take(step: step)
      let after = changes()
      let side = max(Int((attack.share(step: step) * 30).squareRoot() + 0.5), 1)
      for row in 0..<walk.batch {
        let changed = (0..<size).filter {
          abs(after[row * size + $0] - before[row * size + $0]) > 1e-9
        }
        let rows = changed.map { $0 / 10 }
        let columns = changed.map { $0 % 10 / 2 }
        guard let top = rows.min(), let left = columns.min() else { continue }
        #expect(rows.max()! - top < side && columns.max()! - left < side)
        for channel in 0..<2 {
          let signs = Set(
            changed.filter { $0 % 2 == channel }.map { after[row * size + $0] > 0 })
          #expect(signs.count <= 1)
        }
      }
      #expect(after.allSatisfy { abs(abs($0) - epsilon) < 1e-6 })
    }
  }

  /// In the middle of the range every image lies on the ball's surface, whatever its shape.
  @Test(arguments: [[6, 5, 2], [11, 10, 1], [5, 7, 3], [3, 3, 1], [2, 4, 1], [2, 1, 3]])
  func inL2ChangesAreAsLongAsEpsilon(shape: [Int]) throws {
    let epsilon = 0.1
    var walk = try Self.walk(norm: .l2, shape: shape, epsilon: epsilon)
    walk.begin()
    let originals = walk.values["originals"]!
    for step in [0, 2, 8, 23] {
      let size = originals.count / walk.batch
      for row in 0..<walk.batch {
        let length = (row * size..<(row + 1) * size).reduce(0.0) { sum, place in
          let change = walk.images[place] - originals[place]
          return sum + change * change
        }.squareRoot()
        #expect(abs(length - epsilon) < 1e-4 * epsilon, "before step \(step)")
      }
      walk.take(step: step)
    }
  }
}
