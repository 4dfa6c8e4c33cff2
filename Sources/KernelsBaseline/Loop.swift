internal import CKernelSupport
internal import KernelInterface

/// See `KernelTable.loop`: a block at a time.
@Sendable func runLoop(
  _ program: LoopProgram, _ start: Int, _ count: Int, _ rows: Int, _ rowLength: Int,
  _ scratch: UnsafeMutableRawPointer
) {
  let length = LoopProgram.blockLength
  for instruction in program.preamble {
    run(instruction, start: start, count: min(length, count), scratch)
  }
  if program.body.count == LoopProgram.adamStepLength, program.body[0].opcode == .mixAndStep,
    program.body.allSatisfy(\.isInMemory)
  {
    return adamStep(
      program.body.baseAddress.unsafelyUnwrapped, start: start, count: count, rows: rows,
      rowLength: rowLength, scratch)
  }
  for row in 0..<rows {
    var place = start + row * rowLength
    let end = place + count
    if row &+ rowsAhead < rows {
      prefetch(program.body, start: place + rowsAhead * rowLength, count: count)
    }
    while place < end {
      let count = min(length, end - place)
      var index = 0
      while index < program.body.count {
        if program.body[index].opcode == .mixAndStep {
          adamStep(
            program.body.baseAddress.unsafelyUnwrapped + index, start: place, count: count,
            rows: 1, rowLength: count, scratch)
          index &+= LoopProgram.adamStepLength
        } else {
          run(program.body[index], start: place, count: count, scratch)
          index &+= 1
        }
      }
      place += count
    }
  }
}

/// How far ahead parts of rows are brought to the cache: each begins somewhere else, and most of
/// what it needs would come before the processor sees a pattern.
private let rowsAhead = 4

/// Has what the instructions read of a part of a row brought to the cache.
@inline(__always)
private func prefetch(
  _ instructions: UnsafeBufferPointer<LoopInstruction>, start: Int, count: Int
) {
  for instruction in instructions {
    prefetch(instruction.a, start, count)
    if instruction.b != instruction.a { prefetch(instruction.b, start, count) }
    if instruction.c != instruction.a { prefetch(instruction.c, start, count) }
  }
}

@inline(__always)
private func prefetch(_ slot: LoopSlot, _ start: Int, _ count: Int) {
  guard let memory = slot.memory, slot.offsetOrStride > 0 else { return }
  let first = memory + start * slot.offsetOrStride
  for offset in stride(from: 0, to: count * slot.offsetOrStride, by: 64) {
    defend_prefetch(UnsafePointer((first + offset).assumingMemoryBound(to: Float.self)), 0)
  }
}

/// How far ahead memory is prepared for being written: other cores have read the weights and images
/// of the last step, and it takes a while until they have given them up.
let writtenAhead = 512

extension LoopSlot {
  /// The slot's first element of a block that starts at element `start`.
  @inline(__always)
  func pointer(_ start: Int, _ scratch: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if let memory { return memory + start * offsetOrStride }
    return scratch + offsetOrStride
  }
}

@inline(__always)
private func run(
  _ instruction: LoopInstruction, start: Int, count: Int,
  _ scratch: UnsafeMutableRawPointer
) {
  let result = instruction.result.pointer(start, scratch)
  let first = instruction.a.pointer(start, scratch)
  let r = result.assumingMemoryBound(to: Float.self)
  let a = UnsafePointer(first.assumingMemoryBound(to: Float.self))
  let b = UnsafePointer(
    instruction.b.pointer(start, scratch).assumingMemoryBound(to: Float.self))
  let c = UnsafePointer(
    instruction.c.pointer(start, scratch).assumingMemoryBound(to: Float.self))
  let zero = Vector(repeating: 0)
  let one = Vector(repeating: 1)
  switch instruction.opcode {
  case .add: map(count, a, b, r) { $0 + $1 }
  case .subtract: map(count, a, b, r) { $0 - $1 }
  case .multiply: map(count, a, b, r) { $0 * $1 }
  case .divide: map(count, a, b, r) { $0 / $1 }
  case .negate: map(count, a, r) { Vector(bits: $0.bits ^ IntegerVector(repeating: .min)) }
  case .absolute: map(count, a, r) { Vector(bits: $0.bits & IntegerVector(repeating: .max)) }
  case .sign: map(count, a, r) { sign($0) }
  case .squareRoot: map(count, a, r) { squareRoot($0) }
  case .exponential: map(count, a, r) { exponential($0) }
  case .logarithm: map(count, a, r) { logarithm($0) }
  case .rectify: map(count, a, r) { rectify($0) }
  case .maximum: map(count, a, b, r) { maximum($0, $1) }
  case .minimum: map(count, a, b, r) { minimum($0, $1) }
  case .clamp:
    map(count, a, b, c, r) { clamp($0, $1, $2) }
  case .select:
    map(count, a, b, c, r) { x, y, z in z.replacing(with: y, where: x .!= zero) }
  case .greater: map(count, a, b, r) { zero.replacing(with: one, where: $0 .> $1) }
  case .greaterOrEqual: map(count, a, b, r) { zero.replacing(with: one, where: $0 .>= $1) }
  case .equal: map(count, a, b, r) { zero.replacing(with: one, where: $0 .== $1) }
  case .greaterInteger:
    map(count, a, b, r) {
      Vector(bits: zero.bits.replacing(with: one.bits, where: $0.bits .> $1.bits))
    }
  case .greaterOrEqualInteger:
    map(count, a, b, r) {
      Vector(bits: zero.bits.replacing(with: one.bits, where: $0.bits .>= $1.bits))
    }
  case .equalInteger:
    map(count, a, b, r) {
      Vector(bits: zero.bits.replacing(with: one.bits, where: $0.bits .== $1.bits))
    }
  case .addInteger: map(count, a, b, r) { Vector(bits: $0.bits &+ $1.bits) }
  case .subtractInteger: map(count, a, b, r) { Vector(bits: $0.bits &- $1.bits) }
  case .multiplyInteger: map(count, a, b, r) { Vector(bits: $0.bits &* $1.bits) }
  case .copy: map(count, a, r) { $0 }
  case .mix, .mixAndStep:
    let (s, t) = (instruction.scalar(0), instruction.scalar(1))
    map(count, a, b, r) { x, y in x * s + y * t }
  case .mixSquares:
    let (s, t) = (instruction.scalar(0), instruction.scalar(1))
    map(count, a, b, r) { x, y in x * s + (y * y) * t }
  case .addRectified: map(count, a, b, r) { x, y in rectify(x + y) }
  case .gate: map(count, a, b, r) { x, y in zero.replacing(with: y, where: x .> zero) }
  case .addScaled:
    let s = instruction.scalar(0)
    map(count, a, b, r) { x, y in x + y * s }
  case .subtractScaled:
    let s = instruction.scalar(0)
    map(count, a, b, r) { x, y in x - y * s }
  case .addSigned:
    let s = instruction.scalar(0)
    map(count, a, b, r) { x, y in x + sign(y) * s }
  case .addSpread:
    let (s, t, u) = (instruction.scalar(0), instruction.scalar(1), instruction.scalar(2))
    map(count, a, b, r) { x, y in x + (y * s - t) * u }
  case .subtractQuotient:
    let (s, t, u) = (instruction.scalar(0), instruction.scalar(1), instruction.scalar(2))
    map(count, a, b, c, r) { x, y, z in z - x * s / (squareRoot(y * t) + u) }
  case .boundBelow:
    let (s, t, u) = (instruction.scalar(0), instruction.scalar(1), instruction.scalar(2))
    map(count, a, r) { x in minimum(maximum((x - s) * t, u), x) }
  case .boundAbove:
    let (s, t, u) = (instruction.scalar(0), instruction.scalar(1), instruction.scalar(2))
    map(count, a, r) { x in maximum(minimum((x + s) * t, u), x) }
  case .clampAround:
    let (s, t, u) = (instruction.scalar(0), instruction.scalar(1), instruction.scalar(2))
    let (v, w) = (instruction.scalar(3), instruction.scalar(4))
    map(count, a, b, r) { x, pixel in
      let low = minimum(maximum((pixel - s) * t, u), pixel)
      let high = maximum(minimum((pixel + s) * v, w), pixel)
      return clamp(x, low, high)
    }
  case .unitFromByte:
    unitsFromBytes(UnsafeRawPointer(first).assumingMemoryBound(to: UInt8.self), r, count)
  case .repeatValue:
    fill(r, count, with: a[0])
  case .repeatRow:
    let columns = instruction.columns
    // The first row, and then twice as much each time.
    let column = start % columns
    let first = min(count, columns &- column)
    r.update(from: a + column, count: first)
    (r + first).update(from: a, count: min(count &- first, column))
    var filled = min(count, columns)
    while filled < count {
      let length = min(filled, count &- filled)
      (r + filled).update(from: r, count: length)
      filled &+= length
    }
  case .repeatColumn:
    forEachRow(start: start, count: count, columns: instruction.columns) { place, row, _, length in
      fill(r + place, length, with: a[row])
    }
  case .integerFromFloat, .byteFromFloat, .floatFromInteger, .byteFromInteger, .floatFromByte,
    .integerFromByte:
    convert(instruction.opcode, UnsafeRawPointer(first), result, count)
  }
}

extension LoopInstruction {
  @inline(__always)
  func scalar(_ place: Int) -> Vector {
    Vector(repeating: scalars[place].unsafelyUnwrapped[0])
  }
}

@inline(__always)
private func sign(_ x: Vector) -> Vector {
  let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
  return zero.replacing(with: one, where: x .> zero).replacing(with: -one, where: x .< zero)
}

@inline(__always)
private func rectify(_ x: Vector) -> Vector {
  let zero = Vector(repeating: 0)
  return x.replacing(with: zero, where: x .< zero)
}

/// The greater one, the first of equals; NaN where either is.
@inline(__always)
private func maximum(_ x: Vector, _ y: Vector) -> Vector {
  x.replacing(with: y, where: y .> x).replacing(with: y, where: y .!= y)
}

/// The lesser one, the first of equals; NaN where either is.
@inline(__always)
private func minimum(_ x: Vector, _ y: Vector) -> Vector {
  x.replacing(with: y, where: y .< x).replacing(with: y, where: y .!= y)
}

/// `x`, or the bound that it is beyond; a bound that is NaN is none.
@inline(__always)
private func clamp(_ x: Vector, _ low: Vector, _ high: Vector) -> Vector {
  x.replacing(with: high, where: x .> high).replacing(with: low, where: x .< low)
}

@inline(__always)
private func store(
  _ x0: Vector, _ x1: Vector, _ x2: Vector, _ x3: Vector, to r: UnsafeMutablePointer<Float>
) {
  x0.store(to: r)
  x1.store(to: r + Vector.scalarCount)
  x2.store(to: r + 2 &* Vector.scalarCount)
  x3.store(to: r + 3 &* Vector.scalarCount)
}

@inline(__always)
private func map(
  _ count: Int, _ a: UnsafePointer<Float>, _ r: UnsafeMutablePointer<Float>,
  _ body: (Vector) -> Vector
) {
  let lanes = Vector.scalarCount
  var place = 0
  // All loads before the stores, which the compiler cannot know to be of other memory.
  while place &+ 4 &* lanes <= count {
    let first = a + place
    let x0 = body(Vector(at: first))
    let x1 = body(Vector(at: first + lanes))
    let x2 = body(Vector(at: first + 2 &* lanes))
    let x3 = body(Vector(at: first + 3 &* lanes))
    store(x0, x1, x2, x3, to: r + place)
    place &+= 4 &* lanes
  }
  while place &+ Vector.scalarCount <= count {
    body(Vector(at: a + place)).store(to: r + place)
    place &+= Vector.scalarCount
  }
  let rest = count &- place
  if rest > 0 { body(Vector(at: a + place, count: rest)).store(to: r + place, count: rest) }
}

@inline(__always)
private func map(
  _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ r: UnsafeMutablePointer<Float>, _ body: (Vector, Vector) -> Vector
) {
  let lanes = Vector.scalarCount
  var place = 0
  while place &+ 4 &* lanes <= count {
    let (first, second) = (a + place, b + place)
    let x0 = body(Vector(at: first), Vector(at: second))
    let x1 = body(Vector(at: first + lanes), Vector(at: second + lanes))
    let x2 = body(Vector(at: first + 2 &* lanes), Vector(at: second + 2 &* lanes))
    let x3 = body(Vector(at: first + 3 &* lanes), Vector(at: second + 3 &* lanes))
    store(x0, x1, x2, x3, to: r + place)
    place &+= 4 &* lanes
  }
  while place &+ Vector.scalarCount <= count {
    body(Vector(at: a + place), Vector(at: b + place)).store(to: r + place)
    place &+= Vector.scalarCount
  }
  let rest = count &- place
  if rest > 0 {
    body(Vector(at: a + place, count: rest), Vector(at: b + place, count: rest))
      .store(to: r + place, count: rest)
  }
}

@inline(__always)
private func map(
  _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
  _ r: UnsafeMutablePointer<Float>, _ body: (Vector, Vector, Vector) -> Vector
) {
  var place = 0
  while place &+ Vector.scalarCount <= count {
    body(Vector(at: a + place), Vector(at: b + place), Vector(at: c + place)).store(to: r + place)
    place &+= Vector.scalarCount
  }
  let rest = count &- place
  if rest > 0 {
    body(
      Vector(at: a + place, count: rest), Vector(at: b + place, count: rest),
      Vector(at: c + place, count: rest)
    ).store(to: r + place, count: rest)
  }
}

@inline(__always)
private func fill(_ r: UnsafeMutablePointer<Float>, _ count: Int, with value: Float) {
  let vector = Vector(repeating: value)
  var place = 0
  while place &+ Vector.scalarCount <= count {
    vector.store(to: r + place)
    place &+= Vector.scalarCount
  }
  while place < count {
    r[place] = value
    place &+= 1
  }
}

/// Calls `body` for every part of a row in a block: its place in the block, its row, its first
/// column and its length.
@inline(__always)
private func forEachRow(
  start: Int, count: Int, columns: Int, _ body: (Int, Int, Int, Int) -> Void
) {
  var row = start / columns
  var column = start % columns
  var place = 0
  while place < count {
    let length = min(columns &- column, count &- place)
    body(place, row, column, length)
    place &+= length
    row &+= 1
    column = 0
  }
}
