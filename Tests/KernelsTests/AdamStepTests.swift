import KernelInterface
import Kernels
import Testing

/// The three instructions of a step of Adam have the same bits in one pass as one by one.
@Suite struct AdamStepTests {
  /// The gradient, the two moments and the parameter, and the scalars of all instructions.
  private struct Memory {
    let values: [UnsafeMutableBufferPointer<Float>]
    let scalars = UnsafeMutableBufferPointer<Float>.allocate(capacity: 7)

    init(count: Int) {
      values = (0..<4).map { part in
        let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        for index in 0..<count {
          let value = Float((index * 37 + part * 11) % 101) / 64 - 0.7
          // The moments of squares are not negative, and where the gradient is 0 they may be 0.
          values[index] = part == 2 ? max(0, value) : (index + part) % 7 == 3 ? 0 : value
        }
        return values
      }
      _ = scalars.update(from: [0.9, 0.1, 0.999, 0.001, 0.002, 1.5, 1e-8])
    }

    func free() {
      for memory in values + [scalars] { memory.deallocate() }
    }

    func body(_ first: LoopOpcode) -> [LoopInstruction] {
      let slots = values.map { LoopSlot(memory: $0.baseAddress!, stride: 4) }
      let s = (0..<7).map { UnsafePointer(scalars.baseAddress! + $0) }
      return [
        LoopInstruction(first, result: slots[1], a: slots[1], b: slots[0], scalars: [s[0], s[1]]),
        LoopInstruction(
          .mixSquares, result: slots[2], a: slots[2], b: slots[0], scalars: [s[2], s[3]]),
        LoopInstruction(
          .subtractQuotient, result: slots[3], a: slots[1], b: slots[2], c: slots[3],
          scalars: [s[4], s[5], s[6]]),
      ]
    }

    /// The same with one gradient for all parameters, in a register.
    func repeated(_ first: LoopOpcode) -> (preamble: [LoopInstruction], body: [LoopInstruction]) {
      let register = LoopSlot(register: 0)
      let value = LoopSlot(memory: values[0].baseAddress!, stride: 0)
      var body = body(first)
      body[0].b = register
      body[1].b = register
      return ([LoopInstruction(.repeatValue, result: register, a: value)], body)
    }

    var bits: [[UInt32]] { values.map { $0.map(\.bitPattern) } }
  }

  @Test(arguments: supportedInstructionSets)
  func aRegisterHoldsOneBlock(set: InstructionSet) {
    let found = [LoopOpcode.mix, .mixAndStep].map { first in
      let memory = Memory(count: 1000)
      defer { memory.free() }
      let (preamble, body) = memory.repeated(first)
      let call = LoopCall(set.kernels, preamble: preamble, body: body, count: 1000)
      for task in 0..<call.taskCount { call.run(task: task) }
      return memory.bits
    }
    #expect(found[0] == found[1])
  }

  @Test(arguments: supportedInstructionSets)
  func onePassHasTheBitsOfThree(set: InstructionSet) {
    for (rows, columns, part) in [
      (1, 1, 0..<1), (3, 15, 0..<15), (2, 16, 0..<16), (5, 100, 0..<100), (1, 1000, 0..<1000),
      (7, 100, 32..<64), (9, 40, 32..<40), (2, 600, 256..<600),
    ] {
      for extra in [[], [LoopOpcode.negate]] {
        let found = [LoopOpcode.mix, .mixAndStep].map { first in
          let memory = Memory(count: rows * columns)
          defer { memory.free() }
          let gradient = LoopSlot(memory: memory.values[0].baseAddress!, stride: 4)
          let body =
            memory.body(first)
            + extra.map { LoopInstruction($0, result: gradient, a: gradient) }
          let call = LoopCall(
            set.kernels, preamble: [], body: body, count: rows * columns, rowLength: columns)
          call.run(rows: 0..<rows, columns: part)
          return memory.bits
        }
        #expect(found[0] == found[1], "\(rows) × \(columns), \(part), \(extra)")
        let untouched = Memory(count: rows * columns)
        defer { untouched.free() }
        #expect(found[1] != untouched.bits)
      }
    }
  }
}
