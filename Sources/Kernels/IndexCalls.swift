/// Rows of a table by their indices; zeros for an index outside.
public struct GatherCall: KernelCall, @unchecked Sendable {
  private let table: UnsafePointer<Float>
  private let indices: UnsafePointer<Int32>
  private let result: UnsafeMutablePointer<Float>
  private let rows: Int
  private let run: Int
  private let tasks: RowTasks
  public var taskCount: Int { tasks.taskCount }

  public init(
    _ table: UnsafePointer<Float>, _ indices: UnsafePointer<Int32>,
    _ result: UnsafeMutablePointer<Float>, rows: Int, count: Int, run: Int
  ) {
    self.table = table
    self.indices = indices
    self.result = result
    self.rows = rows
    self.run = run
    tasks = RowTasks(rows: count, rowCost: run)
  }

  public func run(task: Int) {
    for place in tasks[task] {
      let index = Int(indices[place])
      if index >= 0, index < rows {
        (result + place * run).update(from: table + index * run, count: run)
      } else {
        (result + place * run).update(repeating: 0, count: run)
      }
    }
  }
}

/// Rows added into a table of zeros by their indices; an index outside adds nothing.
public struct ScatterCall: KernelCall, @unchecked Sendable {
  private let source: UnsafePointer<Float>
  private let indices: UnsafePointer<Int32>
  private let result: UnsafeMutablePointer<Float>
  private let rows: Int
  private let count: Int
  private let run: Int
  public var taskCount: Int { 1 }

  public init(
    _ source: UnsafePointer<Float>, _ indices: UnsafePointer<Int32>,
    _ result: UnsafeMutablePointer<Float>, rows: Int, count: Int, run: Int
  ) {
    self.source = source
    self.indices = indices
    self.result = result
    self.rows = rows
    self.count = count
    self.run = run
  }

  public func run(task: Int) {
    result.update(repeating: 0, count: rows * run)
    for place in 0..<count {
      let index = Int(indices[place])
      guard index >= 0, index < rows else { continue }
      for column in 0..<run { result[index * run + column] += source[place * run + column] }
    }
  }
}

/// Elements of rows by their places; 0 for a place outside.
public struct TakeAlongCall: KernelCall, @unchecked Sendable {
  private let source: UnsafePointer<Float>
  private let places: UnsafePointer<Int32>
  private let result: UnsafeMutablePointer<Float>
  private let length: Int
  private let count: Int
  private let tasks: RowTasks
  public var taskCount: Int { tasks.taskCount }

  public init(
    _ source: UnsafePointer<Float>, _ places: UnsafePointer<Int32>,
    _ result: UnsafeMutablePointer<Float>, rows: Int, length: Int, count: Int
  ) {
    self.source = source
    self.places = places
    self.result = result
    self.length = length
    self.count = count
    tasks = RowTasks(rows: rows, rowCost: count * 4)
  }

  public func run(task: Int) {
    for row in tasks[task] {
      for column in 0..<count {
        let place = Int(places[row * count + column])
        result[row * count + column] =
          place >= 0 && place < length ? source[row * length + place] : 0
      }
    }
  }
}

/// Elements added into rows of zeros by their places; a place outside adds nothing.
public struct PutAlongCall: KernelCall, @unchecked Sendable {
  private let source: UnsafePointer<Float>
  private let places: UnsafePointer<Int32>
  private let result: UnsafeMutablePointer<Float>
  private let length: Int
  private let count: Int
  private let tasks: RowTasks
  public var taskCount: Int { tasks.taskCount }

  public init(
    _ source: UnsafePointer<Float>, _ places: UnsafePointer<Int32>,
    _ result: UnsafeMutablePointer<Float>, rows: Int, length: Int, count: Int
  ) {
    self.source = source
    self.places = places
    self.result = result
    self.length = length
    self.count = count
    tasks = RowTasks(rows: rows, rowCost: count * 4 + length)
  }

  public func run(task: Int) {
    for row in tasks[task] {
      (result + row * length).update(repeating: 0, count: length)
      for column in 0..<count {
        let place = Int(places[row * count + column])
        guard place >= 0, place < length else { continue }
        result[row * length + place] += source[row * count + column]
      }
    }
  }
}

/// 1 at the index, 0 elsewhere.
public struct OneHotCall: KernelCall, @unchecked Sendable {
  private let indices: UnsafePointer<Int32>
  private let result: UnsafeMutablePointer<Float>
  private let depth: Int
  private let tasks: RowTasks
  public var taskCount: Int { tasks.taskCount }

  public init(
    _ indices: UnsafePointer<Int32>, _ result: UnsafeMutablePointer<Float>, count: Int, depth: Int
  ) {
    self.indices = indices
    self.result = result
    self.depth = depth
    tasks = RowTasks(rows: count, rowCost: depth)
  }

  public func run(task: Int) {
    for row in tasks[task] {
      let index = Int(indices[row])
      (result + row * depth).update(repeating: 0, count: depth)
      if index >= 0, index < depth { result[row * depth + index] = 1 }
    }
  }
}

/// The places of the largest elements of rows, the largest first, the earlier of equals first.
public struct TopKCall: KernelCall, @unchecked Sendable {
  private let source: UnsafePointer<Float>
  private let result: UnsafeMutablePointer<Int32>
  private let length: Int
  private let count: Int
  private let tasks: RowTasks
  public var taskCount: Int { tasks.taskCount }

  public init(
    _ source: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Int32>, rows: Int, length: Int,
    count: Int
  ) {
    self.source = source
    self.result = result
    self.length = length
    self.count = count
    tasks = RowTasks(rows: rows, rowCost: length * min(count, 8) * 2)
  }

  public func run(task: Int) {
    for row in tasks[task] {
      let elements = source + row * length
      let best = result + row * count
      var found = 0
      for place in 0..<length {
        // Insertion from the end: strictly larger elements move before the ones found so far.
        var rank = found
        while rank > 0, precedes(elements[place], elements[Int(best[rank - 1])]) {
          if rank < count { best[rank] = best[rank - 1] }
          rank -= 1
        }
        if rank < count { best[rank] = Int32(place) }
        found = min(found + 1, count)
      }
    }
  }

  /// NaN counts as the largest, like infinity.
  private func precedes(_ a: Float, _ b: Float) -> Bool {
    let (a, b) = (a.isNaN ? Float.infinity : a, b.isNaN ? Float.infinity : b)
    return a > b
  }
}
