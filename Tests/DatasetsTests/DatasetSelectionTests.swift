import Autodiff
import Digests
import Testing

@testable import Datasets

@Suite struct DatasetSelectionTests {
  /// Images `[1, 2, 1]` that say which example they are; classes of unequal sizes.
  static func dataset(sizes: [Int]) -> Dataset {
    let labels = sizes.enumerated().flatMap { [Int32](repeating: Int32($0), count: $1) }
    return Dataset(
      name: "fixture", part: .training, imageShape: [1, 2, 1],
      images: labels.indices.flatMap { [UInt8($0 / 256), UInt8($0 % 256)] }, labels: labels,
      classNames: sizes.indices.map(String.init), origin: "made here",
      lineage: DatasetLineage(collection: "fixture"))
  }

  static func examples(of dataset: Dataset) -> [Int] {
    (0..<dataset.count).map { Int(dataset.images[2 * $0]) * 256 + Int(dataset.images[2 * $0 + 1]) }
  }

  @Test func aPrefixKeepsTheFirstExamples() {
    let whole = Self.dataset(sizes: [3, 4])
    let start = whole.prefix(5)
    #expect(Self.examples(of: start) == [0, 1, 2, 3, 4])
    #expect(start.labels == [0, 0, 0, 1, 1])
    #expect(start.classCount == 2)
    #expect(start.lineage.overlaps(with: whole.lineage))
    #expect(whole.prefix(7).lineage == whole.lineage && whole.prefix(100).count == 7)
  }

  @Test(arguments: [1, 5, 33, 100, 299])
  func everyExampleIsInOnePart(count: Int) throws {
    let whole = Self.dataset(sizes: [100, 50, 150])
    let (training, held) = try whole.splittingValidation(count: count, key: RandomKey(seed: 1))
    let validation = try #require(held)
    #expect(validation.count == count && training.count == 300 - count)
    let (kept, taken) = (Self.examples(of: training), Self.examples(of: validation))
    #expect((kept + taken).sorted() == Array(0..<300))
    #expect(kept == kept.sorted() && taken == taken.sorted())
    for (part, examples) in [(training, kept), (validation, taken)] {
      #expect(part.labels == examples.map { whole.labels[$0] })
    }
    #expect(training.part == .training && validation.part == .validation)
    #expect(!training.lineage.overlaps(with: validation.lineage))
    #expect(validation.lineage.overlaps(with: whole.lineage))
  }

  @Test func theClassesKeepTheirProportions() throws {
    let whole = Self.dataset(sizes: [100, 50, 0, 150])
    let (_, validation) = try whole.splittingValidation(key: RandomKey(seed: 1))
    #expect(validation?.classSizes == [10, 5, 0, 15])
  }

  @Test func noneTakesNone() throws {
    let whole = Self.dataset(sizes: [5, 5])
    let (training, validation) = try whole.splittingValidation(count: 0, key: RandomKey(seed: 1))
    #expect(validation == nil && training.count == 10 && training.lineage == whole.lineage)
    // A tenth of nine is none.
    #expect(
      try Self.dataset(sizes: [9]).splittingValidation(key: RandomKey(seed: 1)).validation == nil)
  }

  @Test(arguments: [-1, 10, 11])
  func anImpossibleCountIsRefused(count: Int) {
    #expect(throws: DatasetError.invalidValidationCount(count, available: 10)) {
      try Self.dataset(sizes: [5, 5]).splittingValidation(count: count, key: RandomKey(seed: 1))
    }
  }

  @Test func theKeyDecides() throws {
    let whole = Self.dataset(sizes: [100, 100])
    func taken(seed: UInt64) throws -> Dataset {
      try #require(
        try whole.splittingValidation(count: 20, key: RandomKey(seed: seed)).validation)
    }
    let (first, again, other) = (try taken(seed: 1), try taken(seed: 1), try taken(seed: 2))
    #expect(first.images == again.images && first.lineage == again.lineage)
    #expect(first.images != other.images)
    #expect(first.lineage.overlaps(with: other.lineage), "parts of different divisions may meet")
  }

  @Test(arguments: [
    (10, [100, 50, 150], [3, 2, 5]),
    (3, [1, 1, 1], [1, 1, 1]),
    (2, [1, 1, 1], [1, 0, 1]),
    (1, [0, 4, 5], [0, 0, 1]),
    (29, [10, 10, 10], [10, 9, 10]),
  ])
  func whatIsLeftOverGoesToTheLargestRemainders(count: Int, sizes: [Int], quotas: [Int]) {
    #expect(Dataset.quotas(of: count, sizes: sizes, order: [2, 0, 1]) == quotas)
  }

  /// Between equal remainders no class is always the first.
  @Test func whatIsLeftOverIsDealtFairly() throws {
    let whole = Self.dataset(sizes: [10, 10, 10, 10])
    let served = try (0..<40).map { seed in
      try whole.splittingValidation(count: 1, key: RandomKey(seed: seed)).validation?.labels.first
    }
    #expect(Set(served).count == 4)
  }

  @Test func theDigestIsOfShapeLabelsAndImages() {
    let dataset = Dataset(
      name: "a", part: .test, imageShape: [1, 2, 1], images: [7, 8], labels: [1],
      classNames: ["x", "y"], origin: "", lineage: DatasetLineage(collection: "a"))
    var bytes: [UInt8] = []
    for extent: UInt8 in [1, 1, 2, 1] { bytes += [extent, 0, 0, 0, 0, 0, 0, 0] }
    bytes += [1, 0, 0, 0] + [7, 8]
    #expect(dataset.digest() == SHA256.digest(of: bytes).hexadecimal)
    #expect(dataset.identity().digest == dataset.digest() && dataset.identity().count == 1)
  }
}
