import Kernels
import Testing

@testable import Autodiff

/// Threads make copies of what follows from inputs alone and is a left factor of products whose
/// columns they keep, which changes no bit.
@Suite struct ReplicationTests {
  /// A step on a layer `[50, 96]`, with the left factor a case makes of bytes.
  private struct Step {
    let graph = Graph()
    let bytes: Expression
    let scale: Expression
    let w: Expression
    let product: Expression
    let updates: [Program.Update]

    init(_ leftFactor: (Expression, _ scale: Expression) -> Expression) {
      bytes = graph.input("bytes", shape: [.batch, 50], element: .uint8)
      scale = graph.input("scale", shape: [])
      w = graph.variable("w", shape: [50, 96])
      product = Expression.product(leftFactor(bytes.converted(to: .float32) / 255, scale), w)
      let gradient = (product * product).sum([0, 1]).gradient(withRespectTo: w)
      updates = [(w, w - 0.01 * gradient)]
    }

    func program(
      _ device: Device, capacity: Int, variables: Variables = Variables(),
      results: [Expression] = []
    ) -> Program {
      Program(
        results: results + [product.sum([0])], updates: updates, variables: variables,
        capacity: capacity, device: device)
    }
  }

  private static func copies(
    threads: Int, capacity: Int = 8, results: (Step) -> [Expression] = { _ in [] },
    leftFactor: (Expression, Expression) -> Expression = { images, _ in images }
  ) -> [Int] {
    let step = Step(leftFactor)
    let program = step.program(
      Device(threads: threads), capacity: capacity, results: results(step))
    return program.replicas.values.map(\.count)
  }

  @Test func asManyThreadsHaveCopiesAsThereArePanels() {
    #expect(Self.copies(threads: 1) == [])
    #expect(Self.copies(threads: 2) == [2])
    #expect(Self.copies(threads: 7) == [3])
    #expect(Self.copies(threads: 2, leftFactor: { images, scale in images * scale }) == [2])
  }

  @Test func whatThreadsReadInPartsOrMustNotMakeAgainHasOnePlace() {
    // Of many examples each thread reads some.
    #expect(Self.copies(threads: 2, capacity: 65) == [])
    // It depends on more than inputs, or is none of a loop's own.
    #expect(Self.copies(threads: 2, leftFactor: { images, _ in images - images.sum([0]) }) == [])
    // The caller reads it.
    var factor: Expression?
    #expect(
      Self.copies(
        threads: 2, results: { _ in [factor!] },
        leftFactor: { images, _ in
          factor = images + 1
          return factor!
        }) == [])
    // Without updates weights lie row by row.
    let step = Step { images, _ in images }
    let reader = Program(
      results: [step.product], capacity: 8, device: Device(threads: 2))
    #expect(reader.replicas.isEmpty)
  }

  /// Full batches and smaller ones; what is no product finds the value too.
  @Test func copiesChangeNoBit() {
    func values(_ device: Device) -> [Tensor] {
      let step = Step { images, scale in images * scale }
      let variables = Variables()
      let key = RandomKey(seed: 5)
      variables["w"] = Tensor(
        (0..<50 * 96).map { key.uniform(row: 0, index: $0) - 0.5 }, shape: [50, 96])
      let sums = (step.bytes.converted(to: .float32) / 255 * step.scale).sum([1])
      let program = step.program(
        device, capacity: 11, variables: variables, results: [step.product, sums])
      #expect(program.replicas.count == (device.threadCount > 1 ? 1 : 0))
      program.write(0.75, to: step.scale)
      return [11, 3, 11].flatMap { batch in
        let bytes = (0..<batch * 50).map {
          UInt8(truncatingIfNeeded: $0 * $0 % 7 == 0 ? $0 * batch : 0)
        }
        program.write(Tensor(bytes, shape: [batch, 50]), to: step.bytes)
        program.run(batch: batch)
        return [program.read(step.product), program.read(sums), variables["w"]]
      }
    }
    let expected = values(Devices.single)
    for device in Devices.all { #expect(values(device) == expected, "\(device.summary)") }
  }

  // MARK: Rows anywhere

  private static func program(_ step: Step, threads: Int = 2, results: [Expression] = []) -> Program
  {
    let variables = Variables()
    let key = RandomKey(seed: 6)
    variables["w"] = Tensor(
      (0..<50 * 96).map { key.uniform(row: 0, index: $0) - 0.5 }, shape: [50, 96])
    let program = step.program(
      Device(threads: threads), capacity: 6, variables: variables, results: results)
    program.write(1, to: step.scale)
    return program
  }

  @Test func onlyWhatThreadsCopyMayBeAnywhere() {
    func hasRows(
      threads: Int = 2, results: (Step) -> [Expression] = { _ in [] },
      leftFactor: (Expression, Expression) -> Expression = { images, scale in images * scale }
    ) -> Bool {
      let step = Step(leftFactor)
      let program = Self.program(step, threads: threads, results: results(step))
      #expect(program.rows(of: step.scale) == nil)
      return program.rows(of: step.bytes) != nil
    }
    #expect(hasRows())
    #expect(hasRows(leftFactor: { images, _ in images }))
    #expect(!hasRows(threads: 1))
    // Something else reads the bytes, too, or they are a result.
    #expect(!hasRows(results: { [$0.bytes.converted(to: .float32).sum([1])] }))
    #expect(!hasRows(results: { [$0.bytes] }))
    #expect(!hasRows(leftFactor: { images, _ in images - images.sum([0]) }))
  }

  /// Rows with names, without, and with names for the first ones alone; a name is for one run.
  @Test func namedRowsAreReadWhereTheyAre() {
    let step = Step { images, scale in images * scale }
    let program = Self.program(step, results: [step.product])
    let reference = Self.program(step, threads: 1, results: [step.product])
    let rows = program.rows(of: step.bytes)!
    let elsewhere = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7 % 11 == 0 ? 0 : $0 * 29) }
    let own = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 3) }
    let order = [4, 1, 5, 0, 2, 3]
    program.write(Tensor(own, shape: [6, 50]), to: step.bytes)
    for (batch, named) in [(6, 6), (4, 4), (6, 0), (5, 2), (6, 6)] {
      var expected = own
      elsewhere.withUnsafeBytes { source in
        for (row, place) in order.prefix(named).enumerated() {
          rows.append(source.baseAddress! + place * 50)
          rows.announce(source.baseAddress! + order[5 - row] * 50)
          expected.replaceSubrange(
            row * 50..<(row + 1) * 50, with: elsewhere[place * 50..<(place + 1) * 50])
        }
        program.run(batch: batch)
      }
      reference.write(Tensor(expected, shape: [6, 50]), to: step.bytes)
      reference.run(batch: batch)
      #expect(program.read(step.product) == reference.read(step.product), "\(named) of \(batch)")
    }
  }
}
