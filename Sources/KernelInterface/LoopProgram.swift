/// What one instruction of an elementwise loop does to each element.
public enum LoopOpcode: UInt8, Sendable {
  case add, subtract, multiply, divide, negate, absolute, sign, squareRoot, exponential, logarithm
  case rectify, maximum, minimum, clamp, select
  case greater, greaterOrEqual, equal
  case greaterInteger, greaterOrEqualInteger, equalInteger
  case addInteger, subtractInteger, multiplyInteger
  case integerFromFloat, byteFromFloat, floatFromInteger, byteFromInteger, floatFromByte
  case integerFromByte
  /// A byte divided by 255.
  case unitFromByte
  /// `a·s + b·t`, and `a·s + b²·t`.
  case mix, mixSquares
  /// A mix that is done together with the next two instructions, `mixSquares` of the same b and
  /// `subtractQuotient` of both results: a step of Adam.
  case mixAndStep
  /// `a + b·s`, `a − b·s`, `a + sign(b)·s`, and `a + (b·s − t)·u`.
  case addScaled, subtractScaled, addSigned, addSpread
  /// The sum where it is not negative, else 0.
  case addRectified
  /// `b` where `a` is positive, else 0: the gradient of a rectified linear unit by its result.
  case gate
  /// `c − a·s / (√(b·t) + u)`, a step of Adam.
  case subtractQuotient
  /// `min(max((a − s)·t, u), a)` and `max(min((a + s)·t, u), a)`: the bounds of a pixel.
  case boundBelow, boundAbove
  /// `a` clamped to these bounds of the pixel `b`, the upper one with `v` and `w` for `t` and `u`.
  case clampAround
  /// The one 32-bit value at the operand, everywhere.
  case repeatValue
  /// A vector of `columns` values, once for every `columns` elements.
  case repeatRow
  /// One value for every `columns` elements.
  case repeatColumn
  /// The operand itself.
  case copy
}

/// Where an instruction reads or writes: a register of the loop (a block of elements), or memory
/// that holds one element a place.
public struct LoopSlot: Equatable {
  /// The memory's first element; nil for a register.
  public var memory: UnsafeMutableRawPointer?
  /// The register's offset in the scratch memory, or from element to element of the memory (0 for
  /// memory that is read by rows or as one value), in bytes.
  public var offsetOrStride: Int

  public init(register index: Int) {
    memory = nil
    offsetOrStride = index * LoopProgram.blockLength * 4
  }

  public init(memory: UnsafeMutableRawPointer, stride: Int) {
    self.memory = memory
    offsetOrStride = stride
  }
}

extension LoopSlot: @unchecked Sendable {}

/// One instruction: an opcode and the slots of its result and operands.
public struct LoopInstruction {
  public var opcode: LoopOpcode
  public var result: LoopSlot
  public var a: LoopSlot
  public var b: LoopSlot
  public var c: LoopSlot
  /// The numbers s, t, u, v and w, which are the same for every element.
  public var scalars: InlineArray<5, UnsafePointer<Float>?>
  /// The length of a row, for values that repeat.
  public var columns: Int

  public init(
    _ opcode: LoopOpcode, result: LoopSlot, a: LoopSlot, b: LoopSlot? = nil, c: LoopSlot? = nil,
    scalars: [UnsafePointer<Float>] = [], columns: Int = 1
  ) {
    self.opcode = opcode
    self.result = result
    self.a = a
    self.b = b ?? a
    self.c = c ?? a
    self.scalars = InlineArray { $0 < scalars.count ? scalars[$0] : nil }
    self.columns = max(columns, 1)
  }
}

extension LoopInstruction: @unchecked Sendable {}

extension LoopInstruction {
  /// The same with other memory.
  public func moved(
    _ move: (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer
  ) -> LoopInstruction {
    var moved = self
    moved.result.memory = result.memory.map(move)
    moved.a.memory = a.memory.map(move)
    moved.b.memory = b.memory.map(move)
    moved.c.memory = c.memory.map(move)
    return moved
  }

  /// Whether no operand and no result is a register, which has room for one block only.
  @inlinable public var isInMemory: Bool {
    a.memory != nil && b.memory != nil && c.memory != nil && result.memory != nil
  }
}

/// Straight-line code that is run for every element, a block of elements at a time, so that what
/// passes from one instruction to the next stays in the first-level cache.
public struct LoopProgram {
  /// The elements of a block, and so of a register.
  public static let blockLength = 256
  /// The registers that fit into the scratch memory.
  public static let registerLimit = 32

  /// The instructions of a `mixAndStep`.
  @inlinable public static var adamStepLength: Int { 3 }

  /// Instructions that are run once, to fill registers with values that are the same in every
  /// block: one value, or whole rows.
  public let preamble: UnsafeBufferPointer<LoopInstruction>
  public let body: UnsafeBufferPointer<LoopInstruction>

  public init(
    preamble: UnsafeBufferPointer<LoopInstruction>, body: UnsafeBufferPointer<LoopInstruction>
  ) {
    self.preamble = preamble
    self.body = body
  }
}

extension LoopProgram: @unchecked Sendable {}
