internal import KernelInterface

// Rows of few classes are done beside each other, a row in each lane. The sums have the same order
// in both ways: class c goes to partial sum c mod 16, and the partial sums are joined as a tree.

/// The most classes of rows that are done beside each other.
private let classLimit = 64

/// See `KernelTable.softmax`: exp(z − max z), divided by its sum.
@Sendable func softmaxRows(
  _ logits: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ rows: Int,
  _ classes: Int
) {
  guard classes > classLimit else {
    forEachGroup(logits, rows, classes) { row, count, columns in
      let total = exponentials(of: columns, classes, minus: largestOfLanes(columns, classes))
      for number in 0..<classes {
        let place = columns + number &* Vector.scalarCount
        (Vector(at: place) / total).store(to: place)
      }
      transposeMatrix(
        TransposeArguments(
          source: columns, sourceRowStride: Vector.scalarCount,
          target: result + row &* classes, targetRowStride: classes, rows: classes,
          columns: count))
    }
    return
  }
  for row in 0..<rows {
    let z = logits + row * classes
    let r = result + row * classes
    let largest = Vector(repeating: largestElement(z, classes))
    forEachPart(classes) { place, count in
      exponential(Vector(at: z + place, count: count) - largest).store(to: r + place, count: count)
    }
    let total = Vector(repeating: sumOverRun(r, classes))
    forEachPart(classes) { place, count in
      (Vector(at: r + place, count: count) / total).store(to: r + place, count: count)
    }
  }
}

/// See `KernelTable.crossEntropy`: log Σ exp(z − max z) − (z[label] − max z); NaN for a label
/// outside the classes.
@Sendable func crossEntropyRows(
  _ logits: UnsafePointer<Float>, _ labels: UnsafePointer<Int32>,
  _ result: UnsafeMutablePointer<Float>, _ rows: Int, _ classes: Int
) {
  guard classes > classLimit else {
    forEachGroup(logits, rows, classes) { row, count, columns in
      let largest = largestOfLanes(columns, classes)
      var chosen = Vector(repeating: .nan)
      for lane in 0..<count {
        let label = Int(labels[row &+ lane])
        if label >= 0, label < classes {
          chosen[lane] = columns[label &* Vector.scalarCount &+ lane]
        }
      }
      let total = exponentials(of: columns, classes, minus: largest)
      (logarithm(total) - (chosen - largest)).store(to: result + row, count: count)
    }
    return
  }
  for row in 0..<rows {
    let z = logits + row * classes
    let label = Int(labels[row])
    guard label >= 0, label < classes else {
      result[row] = .nan
      continue
    }
    let largest = largestElement(z, classes)
    var partial = Sixteen(repeating: Vector(repeating: 0))
    var index = 0
    forEachPart(classes) { place, count in
      // The lanes beyond the row hold −∞, whose exponential adds nothing.
      let part = Vector(at: z + place, count: count, otherwise: -.infinity)
      partial[index % partial.count] += exponential(part - Vector(repeating: largest))
      index += 1
    }
    let total = Vector(repeating: joined(partial))
    result[row] = logarithm(total)[0] - (z[label] - largest)
  }
}

/// Calls `body` for groups of rows: the first one, their number, and a column of lanes for each
/// class.
@inline(__always)
private func forEachGroup(
  _ logits: UnsafePointer<Float>, _ rows: Int, _ classes: Int,
  _ body: (Int, Int, UnsafeMutablePointer<Float>) -> Void
) {
  let lanes = Vector.scalarCount
  withUnsafeTemporaryAllocation(of: Float.self, capacity: classes &* lanes) { memory in
    guard let columns = memory.baseAddress else { return }
    // Lanes without a row are computed too.
    columns.update(repeating: 0, count: classes &* lanes)
    for row in stride(from: 0, to: rows, by: lanes) {
      let count = min(lanes, rows &- row)
      transposeMatrix(
        TransposeArguments(
          source: logits + row &* classes, sourceRowStride: classes, target: columns,
          targetRowStride: lanes, rows: count, columns: classes))
      body(row, count, columns)
    }
  }
}

/// The largest element of each lane, or NaN if there is one.
@inline(__always)
private func largestOfLanes(_ columns: UnsafePointer<Float>, _ classes: Int) -> Vector {
  var largest = Vector(repeating: -.infinity)
  for number in 0..<classes {
    largest = larger(Vector(at: columns + number &* Vector.scalarCount), largest)
  }
  return largest
}

/// Replaces the columns by their exponentials.
/// - Returns: the sum of each lane.
@inline(__always)
private func exponentials(
  of columns: UnsafeMutablePointer<Float>, _ classes: Int, minus largest: Vector
) -> Vector {
  var partial = InlineArray<16, Vector>(repeating: Vector(repeating: 0))
  for number in 0..<classes {
    let place = columns + number &* Vector.scalarCount
    let value = exponential(Vector(at: place) - largest)
    value.store(to: place)
    partial[number & 15] += value
  }
  var width = 8
  while width > 0 {
    for index in 0..<width { partial[index] += partial[index &+ width] }
    width /= 2
  }
  return partial[0]
}

/// Calls `body` for every vector's worth of a row: its first place and its length.
@inline(__always)
private func forEachPart(_ length: Int, _ body: (Int, Int) -> Void) {
  var place = 0
  while place < length {
    body(place, min(Vector.scalarCount, length - place))
    place += Vector.scalarCount
  }
}

/// The largest element, or NaN if there is one. Without branches, which logits follow in no pattern.
@inline(__always)
private func largestElement(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
  var largest = Vector(repeating: -.infinity)
  forEachPart(count) { place, count in
    largest = larger(Vector(at: row + place, count: count, otherwise: -.infinity), largest)
  }
  var result = largest[0]
  for lane in 1..<Vector.scalarCount {
    let element = largest[lane]
    result = result > element || result != result ? result : element
  }
  return result
}

/// The larger one; NaN where `x` is.
@inline(__always)
private func larger(_ x: Vector, _ y: Vector) -> Vector {
  y.replacing(with: x, where: (x .> y) .| (x .!= x))
}
