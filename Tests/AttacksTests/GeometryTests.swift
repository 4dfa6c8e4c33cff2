import Attacks
import Autodiff
import Testing

/// ``PerturbationSet`` on images of 28 × 28 pixels, as programs compute it.
@Suite struct GeometryTests {
  static let size = 28 * 28
  static let count = 12

  /// Images with every byte, the ends of the range often.
  static let originals: [Float] = {
    let key = RandomKey(seed: 3).folding("originals")
    return (0..<count * size).map {
      min(max(Float(Int(key.uniform(row: 0, index: $0) * 320) - 30) / 255, 0), 1)
    }
  }()

  /// Numbers of every size, from nothing to far too much: one size an example.
  static func changes(_ row: UInt64) -> [Float] {
    let key = RandomKey(seed: row).folding("changes")
    let sizes: [Float] = [1e-38, 1e-30, 1e-20, 1e-12, 1e-7, 1e-4, 0.01, 0.3, 1, 100, 1e8, 1e15]
    return (0..<count * size).map { place in
      sizes[place / size] * (2 * key.uniform(row: place / size, index: place % size) - 1)
    }
  }

  private struct Setting {
    let originals, changes, epsilon: Expression
    let set: PerturbationSet

    init(_ norm: Norm) {
      let graph = Graph()
      originals = graph.input("originals", shape: [.batch, 28, 28, 1])
      changes = graph.input("changes", shape: [.batch, 28, 28, 1])
      epsilon = graph.input("epsilon", shape: [])
      set = PerturbationSet(around: originals, epsilon: epsilon, norm: norm)
    }

    func program(_ result: Expression) -> Program {
      let program = Program(results: [result], capacity: count, device: Device(threads: 1))
      program.write(Tensor(GeometryTests.originals, shape: [count, 28, 28, 1]), to: originals)
      return program
    }

    func run(_ program: Program, _ result: Expression, epsilon: Float, changes: [Float]) -> [Float]
    {
      program.write(epsilon, to: self.epsilon)
      program.write(Tensor(changes, shape: [count, 28, 28, 1]), to: self.changes)
      program.run(batch: count)
      return program.read(result).floats
    }
  }

  @Test(arguments: Norm.allCases)
  func projectionsAreAllowed(norm: Norm) {
    let setting = Setting(norm)
    let result = setting.set.projecting(setting.originals + setting.changes)
    let program = setting.program(result)
    let epsilons = norm == .linf ? [0, 1e-4, 0.01, 0.5, 1] : [0, 1e-8, 1e-4, 0.01, 0.5, 3, 100]
    for epsilon in epsilons {
      for seed in 0..<4 as Range<UInt64> {
        let images = setting.run(
          program, result, epsilon: Float(epsilon), changes: Self.changes(seed))
        let made = Crafting.Made(originals: Self.originals, examples: images)
        let allowed = made.allowed(
          by: ThreatModel(epsilon: epsilon, norm: norm), count: Self.count)
        #expect(allowed.allSatisfy { $0 }, "ε = \(epsilon): \(allowed)")
        if epsilon == 0 {
          #expect(images == Self.originals)
        }
      }
    }
  }

  /// What is inside stays, but for rounding; what is outside ends near the ball's surface, if the
  /// range does not hold it back.
  @Test func projectionsInL2AreTheNearest() {
    let setting = Setting(.l2)
    let result = setting.set.projecting(setting.originals + setting.changes)
    let program = setting.program(result)
    for epsilon in [0.01, 0.5, 3] as [Float] {
      let key = RandomKey(seed: 8).folding("directions")
      // Towards the middle of the range, from the darkest or brightest pixel at the least 0.1.
      let directions = Self.originals.enumerated().map { place, pixel in
        (0.5 - pixel) * key.uniform(row: 0, index: place)
      }
      for share in [0.5, 0.99, 1.5] as [Float] {
        let changes = (0..<Self.count).flatMap { row in
          let part = directions[row * Self.size..<(row + 1) * Self.size]
          let length = part.reduce(0) { $0 + $1 * $1 }.squareRoot()
          return part.map { $0 * share * epsilon / length }
        }
        let images = setting.run(program, result, epsilon: epsilon, changes: changes)
        for (place, (image, change)) in zip(images, changes).enumerated() {
          let expected = Self.originals[place] + change * min(1, 1 / share)
          #expect(abs(image - expected) < 1e-6 + abs(change) * 1e-4)
        }
      }
    }
  }

  @Test(arguments: Norm.allCases)
  func steepestDirectionsHaveLengthOneOrNone(norm: Norm) {
    let setting = Setting(norm)
    let result = setting.set.steepest(setting.changes)
    let program = setting.program(result)
    var changes = Self.changes(9)
    for place in 0..<Self.size { changes[place] = 0 }
    // One lonely pixel.
    for place in Self.size..<2 * Self.size { changes[place] = place == Self.size + 5 ? -1e-30 : 0 }
    let directions = setting.run(program, result, epsilon: 0.1, changes: changes)
    for row in 0..<Self.count {
      let pixels = row * Self.size..<(row + 1) * Self.size
      let isZero = changes[pixels].allSatisfy { $0 == 0 }
      let largest = directions[pixels].map { abs($0) }.max()!
      let length = directions[pixels].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(
        abs((norm == .linf ? Double(largest) : length) - (isZero ? 0 : 1)) < 1e-5, "row \(row)")
      let isAlong = pixels.allSatisfy { directions[$0] * changes[$0].direction >= 0 }
      #expect(isAlong, "row \(row)")
    }
    #expect(directions[Self.size + 5] == -1)
  }

  @Test(arguments: Norm.allCases)
  func randomStartsAreAllowedAndFillTheBall(norm: Norm) {
    let graph = Graph()
    let originals = graph.input("originals", shape: [.batch, 28, 28, 1])
    let key = graph.input("key", shape: [2], element: .int32)
    let examples = graph.input("examples", shape: [.batch], element: .int32)
    let epsilon = graph.input("epsilon", shape: [])
    let set = PerturbationSet(around: originals, epsilon: epsilon, norm: norm)
    let result = set.random {
      graph.randomUniform($0, key: key, examples: examples, shape: $1)
    }
    let count = 100
    let program = Program(results: [result], capacity: count, device: Device(threads: 1))
    let gray = [Float](repeating: 0.5, count: count * Self.size)
    program.write(Tensor(gray, shape: [count, 28, 28, 1]), to: originals)
    program.write(Tensor([1, 2] as [Int32], shape: [2]), to: key)
    program.write(Tensor((0..<Int32(count)).map { $0 }, shape: [count]), to: examples)
    for radius in [0.1, 0.4] {
      program.write(Float(radius), to: epsilon)
      program.run(batch: count)
      let made = Crafting.Made(originals: gray, examples: program.read(result).floats)
      let threat = ThreatModel(epsilon: radius, norm: norm)
      #expect(made.allowed(by: threat, count: count).allSatisfy { $0 })
      let lengths = (0..<count).map { row in
        let changes = (row * Self.size..<(row + 1) * Self.size).map {
          Double(made.examples[$0] - made.originals[$0])
        }
        return norm == .linf
          ? changes.map { abs($0) }.max()!
          : changes.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
      #expect(lengths.max()! > 0.97 * radius)
      // In L∞ some of 784 pixels is always near the end.
      #expect(norm == .linf ? lengths.min()! > 0.97 * radius : lengths.min()! < 0.05 * radius)
    }
  }
}

extension Float {
  fileprivate var direction: Float { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
