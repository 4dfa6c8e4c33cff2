internal import Kernels

extension Program {
  /// For the rows of an input that threads read wherever they are; nil for one whose rows belong
  /// into its memory.
  public func rows(of input: Expression) -> InputRows? {
    replicatedInputs[input.index].map { InputRows(places: $0.places) }
  }

  /// Writes an input that does not depend on the batch, or its first examples.
  public func write(_ value: Tensor, to input: Expression) {
    guard let memory = memory(of: input) else { return }
    precondition(
      value.elementType == input.element
        && value.count * value.elementType.byteCount <= memory.count,
      "Program: \(value.elementType)\(value.shape) does not fit the input \(input.type)")
    switch value.storage {
    case .float32(let elements): elements.withUnsafeBytes { memory.copyMemory(from: $0) }
    case .int32(let elements): elements.withUnsafeBytes { memory.copyMemory(from: $0) }
    case .uint8(let elements): elements.withUnsafeBytes { memory.copyMemory(from: $0) }
    }
  }

  /// Writes a float32 scalar.
  public func write(_ value: Float, to input: Expression) {
    guard let place = inputMemory(input) else { return }
    let memory = place.memory.bytes
    precondition(
      place.element == .float32 && memory.count >= MemoryLayout<Float>.size,
      "Program: a number does not fit the input \(input.type)")
    memory.storeBytes(of: value, as: Float.self)
  }

  /// Writes the key of random numbers, an int32 `[2]`.
  public func write(_ key: RandomKey, to input: Expression) {
    guard let place = inputMemory(input) else { return }
    let memory = place.memory.bytes
    precondition(
      place.element == .int32 && memory.count >= MemoryLayout<SIMD2<UInt32>>.size,
      "Program: a key does not fit the input \(input.type)")
    memory.storeBytes(of: key.words, as: SIMD2<UInt32>.self)
  }
}

/// Says where the rows of an input are in the next run, in place of writing them to its memory.
///
/// The rows that are not named are those in the input's ``Program/memory(of:)``.
public struct InputRows {
  let places: RowPlaces

  /// Names the next row, in ascending order; there are no more than the program's capacity. What is
  /// there stays as it is until the run has ended.
  public func append(_ place: UnsafeRawPointer) { places.append(place) }

  /// Announces a row of the run after the next one, so that it is brought to the caches meanwhile.
  public func announce(_ place: UnsafeRawPointer) { places.appendNext(place) }
}
