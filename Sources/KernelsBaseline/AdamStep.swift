internal import CKernelSupport
internal import KernelInterface

/// The number of instructions of a `mixAndStep`.
let adamStepLength = 3

/// The instructions of a `mixAndStep` in one pass: the next vectors' means are computed while a root
/// and a quotient are waited for.
@inline(never)
func adamStep(
  _ instructions: UnsafePointer<LoopInstruction>, start: Int, count: Int, rows: Int,
  rowLength: Int, _ scratch: UnsafeMutableRawPointer
) {
  @inline(__always) func floats(_ slot: LoopSlot) -> UnsafeMutablePointer<Float> {
    slot.pointer(start, scratch).assumingMemoryBound(to: Float.self)
  }
  let (mean, squares, step) = (instructions[0], instructions[1], instructions[2])
  let (g, m, v, w) = (floats(mean.b), floats(mean.a), floats(squares.a), floats(step.c))
  let (newM, newV, newW) = (floats(mean.result), floats(squares.result), floats(step.result))
  let (m0, m1) = (mean.scalar(0), mean.scalar(1))
  let (v0, v1) = (squares.scalar(0), squares.scalar(1))
  let (s, t, u) = (step.scalar(0), step.scalar(1), step.scalar(2))
  let lanes = Vector.scalarCount
  @inline(__always) func update(
    _ g: Vector, _ m: Vector, _ v: Vector, _ w: Vector
  ) -> (Vector, Vector, Vector) {
    let mean = m * m0 + g * m1
    let squares = v * v0 + (g * g) * v1
    return (mean, squares, w - mean * s / (squareRoot(squares * t) + u))
  }
  for row in 0..<rows {
    var place = row &* rowLength
    let end = place &+ count
    while place &+ lanes <= end {
      defend_prefetch_write(newW + place, writtenAhead)
      let (mean, squares, weight) = update(
        Vector(at: g + place), Vector(at: m + place), Vector(at: v + place), Vector(at: w + place))
      mean.store(to: newM + place)
      squares.store(to: newV + place)
      weight.store(to: newW + place)
      place &+= lanes
    }
    let rest = end &- place
    if rest > 0 {
      let (mean, squares, weight) = update(
        Vector(at: g + place, count: rest), Vector(at: m + place, count: rest),
        Vector(at: v + place, count: rest), Vector(at: w + place, count: rest))
      mean.store(to: newM + place, count: rest)
      squares.store(to: newV + place, count: rest)
      weight.store(to: newW + place, count: rest)
    }
  }
}
