/// The same 32 bits everywhere.
public struct FillCall: KernelCall, @unchecked Sendable {
  private let bits: UInt32
  private let result: UnsafeMutablePointer<UInt32>
  private let count: Int
  public var taskCount: Int { 1 }

  public init(bits: UInt32, _ result: UnsafeMutableRawPointer, _ count: Int) {
    self.bits = bits
    self.result = result.assumingMemoryBound(to: UInt32.self)
    self.count = count
  }

  public func run(task: Int) { result.update(repeating: bits, count: count) }
}

/// Zero bytes.
public struct ZeroCall: KernelCall, @unchecked Sendable {
  private let result: UnsafeMutableRawPointer
  private let byteCount: Int
  public var taskCount: Int { 1 }

  public init(_ result: UnsafeMutableRawPointer, byteCount: Int) {
    self.result = result
    self.byteCount = byteCount
  }

  public func run(task: Int) {
    result.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }
}

/// The index along one axis of a row-major array.
public struct IotaCall: KernelCall, @unchecked Sendable {
  private let result: UnsafeMutablePointer<Int32>
  private let count: Int
  private let extent: Int
  private let inner: Int
  public var taskCount: Int { 1 }

  public init(_ result: UnsafeMutablePointer<Int32>, count: Int, extent: Int, inner: Int) {
    self.result = result
    self.count = count
    self.extent = extent
    self.inner = inner
  }

  public func run(task: Int) {
    for place in 0..<count { result[place] = Int32(place / inner % extent) }
  }
}

/// A copy between two strided arrays of one shape: transposes, blocks and repetitions alike.
public struct StridedCopyCall: KernelCall, @unchecked Sendable {
  private let source: UnsafeRawPointer
  private let result: UnsafeMutableRawPointer
  private let shape: [Int]
  private let sourceStrides: [Int]
  private let resultStrides: [Int]
  private let elementSize: Int
  private let outer: RowTasks
  public var taskCount: Int { outer.taskCount }

  /// - Parameters:
  ///   - sourceStrides: in elements; 0 repeats.
  ///   - resultStrides: in elements; nil for a whole row-major array.
  public init(
    _ source: UnsafeMutableRawPointer, _ result: UnsafeMutableRawPointer, _ shape: [Int],
    sourceStrides: [Int], resultStrides: [Int]? = nil, elementSize: Int
  ) {
    var strides = Array(repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    self.source = UnsafeRawPointer(source)
    self.result = result
    self.shape = shape.isEmpty ? [1] : shape
    self.sourceStrides = shape.isEmpty ? [1] : sourceStrides
    self.resultStrides = shape.isEmpty ? [1] : resultStrides ?? strides
    self.elementSize = elementSize
    outer = RowTasks(
      rows: self.shape[0],
      rowCost: self.shape.dropFirst().reduce(1, *) * (self.shape.count > 1 ? 2 : 1))
  }

  public func run(task: Int) {
    let rows = outer[task]
    copy(
      axis: 0, range: rows, source: source + rows.lowerBound * sourceStrides[0] * elementSize,
      result: result + rows.lowerBound * resultStrides[0] * elementSize)
  }

  private func copy(
    axis: Int, range: Range<Int>, source: UnsafeRawPointer, result: UnsafeMutableRawPointer
  ) {
    let (from, to) = (sourceStrides[axis] * elementSize, resultStrides[axis] * elementSize)
    guard axis == shape.count - 1 else {
      for index in 0..<range.count {
        copy(
          axis: axis + 1, range: 0..<shape[axis + 1], source: source + index * from,
          result: result + index * to)
      }
      return
    }
    if from == elementSize, to == elementSize {
      result.copyMemory(from: source, byteCount: range.count * elementSize)
    } else if elementSize == 4 {
      for index in 0..<range.count {
        (result + index * to).storeBytes(
          of: (source + index * from).load(as: UInt32.self), as: UInt32.self)
      }
    } else {
      for index in 0..<range.count {
        (result + index * to).storeBytes(
          of: (source + index * from).load(as: UInt8.self), as: UInt8.self)
      }
    }
  }
}
