internal import Attacks
internal import Autodiff
internal import Datasets

/// What takes the steps of an attack on the rows of a batch.
protocol SteppingProgram: AnyObject {
  /// What does most of the work.
  var program: Program { get }
  /// Fills in what describes the examples.
  func load(_ tasks: ArraySlice<AttackRunner.Task>, _ dataset: Dataset)
  /// Begins with the state that another program made.
  func takeState(from start: AttackProgram)
  /// - Parameter stopsEarly: whether images that are known to be adversarial stay as they are.
  func write(key: RandomKey, scalars: [Float], stopsEarly: Bool)
  /// Takes a step on the first `count` rows.
  func run(count: Int)
  /// The rows whose images are adversarial, in ascending order.
  func fooledRows(among count: Int) -> [Int]
  /// The images as they stand, `[N, H, W, C]`.
  func images() -> UnsafeBufferPointer<Float>
  /// Copies everything that belongs to one row to another.
  func moveRow(_ source: Int, to target: Int)
}

extension AttackProgram: SteppingProgram {}
