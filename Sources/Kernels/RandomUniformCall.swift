public import KernelInterface

/// Uniform numbers in `0 ..< 1` by key, purpose, example and place.
public struct RandomUniformCall: KernelCall, @unchecked Sendable {
  private let kernel: @Sendable (SIMD2<UInt32>, UInt32, UnsafeMutablePointer<Float>, Int) -> Void
  private let key: UnsafePointer<Int32>
  private let purpose: UInt64
  private let examples: UnsafePointer<Int32>
  private let result: UnsafeMutablePointer<Float>
  private let run: Int
  private let tasks: RowTasks
  public var taskCount: Int { tasks.taskCount }

  public init(
    _ kernels: KernelTable, key: UnsafePointer<Int32>, purpose: UInt64,
    examples: UnsafePointer<Int32>, _ result: UnsafeMutablePointer<Float>, count: Int, run: Int
  ) {
    kernel = kernels.uniformNumbers
    self.key = key
    self.purpose = purpose
    self.examples = examples
    self.result = result
    self.run = run
    tasks = RowTasks(rows: count, rowCost: run)
  }

  public func run(task: Int) {
    let words = SIMD2(UInt32(bitPattern: key[0]), UInt32(bitPattern: key[1]))
    let folded = Philox.fold(purpose, into: words)
    for row in tasks[task] {
      kernel(folded, UInt32(bitPattern: examples[row]), result + row * run, run)
    }
  }
}
