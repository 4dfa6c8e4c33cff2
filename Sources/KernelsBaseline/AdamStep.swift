internal import CKernelSupport
internal import KernelInterface

// Those of `Vector` are in another file, so that only an optimised build would inline them here.

@inline(__always)
private func load(_ source: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
}

@inline(__always)
private func store(_ vector: Vector, to target: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(target).storeBytes(of: vector, as: Vector.self)
}

/// Three instructions as one pass over memory: the next vectors' means are computed while a root and
/// a quotient are waited for.
private struct AdamStep {
  private let (g, m, v, w): (Source, Source, Source, Source)
  private let (newM, newV, newW): (Target, Target, Target)
  private let (m0, m1, v0, v1): (Vector, Vector, Vector, Vector)
  private let (s, t, u): (Vector, Vector, Vector)

  private typealias Source = UnsafePointer<Float>
  private typealias Target = UnsafeMutablePointer<Float>

  /// - Parameter start: the element that places are counted from.
  @inline(__always)
  init(
    _ instructions: UnsafePointer<LoopInstruction>, start: Int, _ scratch: UnsafeMutableRawPointer
  ) {
    @inline(__always) func floats(_ slot: LoopSlot) -> Target {
      slot.pointer(start, scratch).assumingMemoryBound(to: Float.self)
    }
    let (mean, squares, step) = (instructions[0], instructions[1], instructions[2])
    (g, m) = (Source(floats(mean.b)), Source(floats(mean.a)))
    (v, w) = (Source(floats(squares.a)), Source(floats(step.c)))
    (newM, newV, newW) = (floats(mean.result), floats(squares.result), floats(step.result))
    (m0, m1) = (mean.scalar(0), mean.scalar(1))
    (v0, v1) = (squares.scalar(0), squares.scalar(1))
    (s, t, u) = (step.scalar(0), step.scalar(1), step.scalar(2))
  }

  @inline(__always)
  private func updated(
    _ g: Vector, _ m: Vector, _ v: Vector, _ w: Vector
  ) -> (Vector, Vector, Vector) {
    let mean = m * m0 + g * m1
    let squares = v * v0 + (g * g) * v1
    return (mean, squares, w - change(mean, squares))
  }

  @inline(__always)
  private func change(_ mean: Vector, _ squares: Vector) -> Vector {
    mean * s / (squareRoot(squares * t) + u)
  }

  @inline(__always)
  func run(at place: Int) {
    defend_prefetch_write(newW + place, writtenAhead)
    let (mean, squares, weight) = updated(
      load(g + place), load(m + place), load(v + place), load(w + place))
    store(mean, to: newM + place)
    store(squares, to: newV + place)
    store(weight, to: newW + place)
  }

  /// Fewer places than a vector has.
  @inline(__always)
  func run(at place: Int, count: Int) {
    let (mean, squares, weight) = updated(
      Vector(at: g + place, count: count), Vector(at: m + place, count: count),
      Vector(at: v + place, count: count), Vector(at: w + place, count: count))
    mean.store(to: newM + place, count: count)
    squares.store(to: newV + place, count: count)
    weight.store(to: newW + place, count: count)
  }

  /// Where all new values replace the old ones, and the gradient is in registers.
  @inline(__always)
  func runInPlace(at place: Int, gradient: Vector) {
    let (mean, squares, weight) = updated(
      gradient, load(newM + place), load(newV + place), load(newW + place))
    store(mean, to: newM + place)
    store(squares, to: newV + place)
    store(weight, to: newW + place)
  }

  /// What a weight loses where the gradient and both moments are 0; nil if those would not stay so.
  @inline(__always)
  func changeFromZeros() -> Vector? {
    let (mean, squares, _) = updated(.zero, .zero, .zero, .zero)
    return defend_any_bits(mean.bits | squares.bits) == 0 ? change(mean, squares) : nil
  }

  /// The bits of both moments.
  @inline(__always)
  func moments(at place: Int) -> IntegerVector {
    load(newM + place).bits | load(newV + place).bits
  }

  @inline(__always)
  func subtract(_ change: Vector, at place: Int) {
    store(load(newW + place) - change, to: newW + place)
  }

  /// The number of the gradient's element in this place of its memory.
  func place(of memory: UnsafePointer<Float>) -> Int { memory - g }
}

/// The instructions of a `mixAndStep`.
@inline(never)
func adamStep(
  _ instructions: UnsafePointer<LoopInstruction>, start: Int, count: Int, rows: Int,
  rowLength: Int, _ scratch: UnsafeMutableRawPointer
) {
  let step = AdamStep(instructions, start: start, scratch)
  for row in 0..<rows {
    var place = row &* rowLength
    let end = place &+ count
    while place &+ Vector.scalarCount <= end {
      step.run(at: place)
      place &+= Vector.scalarCount
    }
    if place < end { step.run(at: place, count: end &- place) }
  }
}

// MARK: The gradient of a few examples

/// The most examples, and the most for which a row's terms never take longer than its roots and
/// quotients, zeros or not.
private let (mostExamples, mostDenseExamples) = (64, 16)
private let panelVectors = ProductArguments.panelColumns / Vector.scalarCount
/// The vectors of a row that are in registers at a time.
private let groupVectors = 4
/// The rows whose bits the scratch memory holds at a time.
private let rowLimit = 256

/// See `KernelTable.productWithAdamStep`. The gradient stays in registers, and while a row's roots
/// and quotients are waited for the terms of the next rows are added.
func multiplyAndStep(
  _ arguments: ProductArguments, _ instructions: UnsafePointer<LoopInstruction>
) -> Bool {
  let (rowAxis, depthAxis) = (arguments.rowAxis, arguments.depthAxis)
  guard arguments.depth <= mostExamples, rowAxis.stride == 1,
    rowAxis.segmentLength >= arguments.rows.upperBound, depthAxis.segmentLength >= arguments.depth,
    arguments.columns % ProductArguments.panelColumns == 0,
    arguments.depth <= mostDenseExamples || hasManyZeros(arguments), hasFiniteColumns(arguments)
  else { return false }
  var work = (arguments, instructions)
  withUnsafeMutablePointer(to: &work) { context in
    defend_with_scratch(context) { context, scratch in
      let (arguments, instructions) = context.assumingMemoryBound(
        to: (ProductArguments, UnsafePointer<LoopInstruction>).self
      ).pointee
      // Places are counted from the gradient's first element.
      let step = AdamStep(instructions, start: 0, scratch)
      arguments.rows.count.forEachPart(of: rowLimit) { rows in
        let first = arguments.rows.lowerBound + rows.lowerBound
        var part = arguments
        part.rows = first..<first + rows.count
        multiplyAndStep(part, step, NonzeroWords(part, scratch))
      }
    }
  }
  return true
}

/// Whether all elements of B are finite, so that terms whose factor in A is 0 may be left out.
private func hasFiniteColumns(_ arguments: ProductArguments) -> Bool {
  var sum = Vector.zero
  for k in 0..<arguments.depth {
    for vector in 0..<arguments.columns / Vector.scalarCount {
      let place = k &* arguments.bRowStride &+ offset(ofVector: vector, arguments.bPanelStride)
      // 0 or NaN.
      sum += load(arguments.b + place) * Vector.zero
    }
  }
  return defend_nonzero_lanes(sum) == 0
}

/// A bit for every element of a transposed A that is not 0, in words of 32 elements of a row.
private struct NonzeroWords {
  static let wordLength = 32
  let count: Int
  /// `[count, rowLimit]`
  private let words: UnsafeMutablePointer<UInt32>

  init(_ arguments: ProductArguments, _ scratch: UnsafeMutableRawPointer) {
    count = (arguments.depth + Self.wordLength - 1) / Self.wordLength
    words = scratch.assumingMemoryBound(to: UInt32.self)
    let (lanes, rows) = (Vector.scalarCount, arguments.rows.count)
    for word in 0..<count {
      let first = word &* Self.wordLength
      let a = arguments.a + arguments.rows.lowerBound + first &* arguments.depthAxis.stride
      let depth = min(Self.wordLength, arguments.depth &- first)
      for start in stride(from: 0, to: rows, by: lanes) {
        var bits = IntegerVector.zero
        for k in 0..<depth {
          let line = a + (start &+ k &* arguments.depthAxis.stride)
          let elements =
            start &+ lanes <= rows ? load(line) : Vector(at: line, count: rows &- start)
          bits |= defend_bit_of_nonzeros(elements, 1 &<< Int32(truncatingIfNeeded: k))
        }
        UnsafeMutableRawPointer(words + (word &* rowLimit &+ start)).storeBytes(
          of: bits, as: IntegerVector.self)
      }
    }
  }

  /// Whether a row has no bit.
  @inline(__always)
  func areEmpty(_ row: Int) -> Bool {
    var all: UInt32 = 0
    for word in 0..<count { all |= self[word, row] }
    return all == 0
  }

  @inline(__always)
  subscript(word: Int, row: Int) -> UInt32 { words[word &* rowLimit &+ row] }
}

private func multiplyAndStep(
  _ arguments: ProductArguments, _ step: AdamStep, _ nonzeros: NonzeroWords
) {
  let count = arguments.columns / Vector.scalarCount
  for first in stride(from: 0, to: count, by: groupVectors) {
    var group = arguments
    group.b += offset(ofVector: first, arguments.bPanelStride)
    group.c += offset(ofVector: first, arguments.cPanelStride)
    if count &- first >= groupVectors {
      multiplyGroup(Vectors<4>.self, group, step, nonzeros)
    } else {
      multiplyGroup(Vectors<2>.self, group, step, nonzeros)
    }
  }
}

/// From a row's first element to that of one of its vectors.
@inline(__always)
private func offset(ofVector vector: Int, _ panelStride: Int) -> Int {
  vector / panelVectors &* panelStride &+ vector % panelVectors &* Vector.scalarCount
}

/// All rows of some vectors of columns.
private func multiplyGroup<let count: Int>(
  _: Vectors<count>.Type, _ arguments: ProductArguments, _ step: AdamStep, _ nonzeros: NonzeroWords
) {
  let (bPanelStride, cPanelStride) = (arguments.bPanelStride, arguments.cPanelStride)
  var sums = InlineArray<count, Vector>(repeating: .zero)
  @inline(__always) func addTerm(_ a: UnsafePointer<Float>, _ k: Int) {
    let factor = Vector(repeating: a[k &* arguments.depthAxis.stride])
    let b = arguments.b + k &* arguments.bRowStride
    for index in sums.indices {
      sums[index] = defend_multiply_add(
        factor, load(b + offset(ofVector: index, bPanelStride)), sums[index])
    }
  }
  var a = arguments.a + arguments.rows.lowerBound
  var c = arguments.c + arguments.rows.lowerBound &* arguments.cRowStride
  var place = step.place(of: c)
  let change = arguments.accumulates ? nil : step.changeFromZeros()
  for row in 0..<arguments.rows.count {
    defer {
      a += 1
      c += arguments.cRowStride
      place &+= arguments.cRowStride
    }
    // Pixels that are black in all images have no gradients and no moments.
    if let change, nonzeros.areEmpty(row) {
      var moments = IntegerVector.zero
      for index in sums.indices {
        moments |= step.moments(at: place &+ offset(ofVector: index, cPanelStride))
      }
      if defend_any_bits(moments) == 0 {
        for index in sums.indices {
          step.subtract(change, at: place &+ offset(ofVector: index, cPanelStride))
        }
        continue
      }
    }
    @inline(__always) func start() {
      for index in sums.indices {
        sums[index] =
          arguments.accumulates ? load(c + offset(ofVector: index, cPanelStride)) : .zero
      }
    }
    start()
    for word in 0..<nonzeros.count {
      var left = nonzeros[word, row]
      while left != 0 {
        addTerm(a, word &* NonzeroWords.wordLength &+ left.trailingZeroBitCount)
        left &= left &- 1
      }
    }
    var smallest = IntegerVector.zero
    for index in sums.indices { smallest = defend_smaller(smallest, sums[index].bits) }
    if defend_any_smallest(smallest) != 0 {
      // A sum that vanished from below is −0, which terms of 0 may change to +0.
      start()
      for k in 0..<arguments.depth { addTerm(a, k) }
    }
    for panel in 0..<(count + panelVectors - 1) / panelVectors {
      let place = defend_place(place &+ panel &* cPanelStride)
      for vector in 0..<min(count, panelVectors) {
        step.runInPlace(
          at: place &+ vector &* Vector.scalarCount,
          gradient: sums[panel &* panelVectors &+ vector])
      }
    }
  }
}
