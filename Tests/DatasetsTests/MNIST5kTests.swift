import Testing

@testable import Datasets

@Suite struct MNIST5kTests {
  static let pair = BundledDataset.mnist5k.load()

  @Test func itsPartsAreOfKnownSize() {
    #expect(Self.pair.training.count == 4000 && Self.pair.test.count == 1000)
    #expect(Self.pair.training.imageShape == [28, 28, 1])
    #expect(Self.pair.training.part == .training && Self.pair.test.part == .test)
    #expect(Self.pair.training.classNames == (0...9).map(String.init))
  }

  @Test func itsClassesAreBalancedAndTakeTurns() {
    for (part, size) in [(Self.pair.training, 400), (Self.pair.test, 100)] {
      #expect(part.classSizes == [Int](repeating: size, count: 10))
      #expect(part.labels.enumerated().allSatisfy { $0 % 10 == Int($1) })
    }
  }

  /// Golden values: they change when an example, a label or their order does.
  @Test func itsDigestsAreThese() {
    #expect(
      Self.pair.training.digest()
        == "cbdb4c79c16d7d51c68b226613fea84a9eb34615f79b3dbc55b8925773f1da04")
    #expect(
      Self.pair.test.digest() == "526b14aebadc02d2472ad8e4045feb637c1c35171419fd14042ef1090c7650a0")
  }

  /// Digits are bright strokes on black: neither inverted nor shifted.
  @Test func itsPixelsAreDigits() {
    let images = Self.pair.training.images
    let mean = Double(images.reduce(0) { $0 + Int($1) }) / Double(images.count)
    #expect((30...36).contains(mean))
    #expect(images.max() == 255 && images[0] == 0)
  }

  @Test func itLiesInTheTrainingSetOfMNIST() {
    let mnist = DatasetLineage(collection: "mnist")
    for part in [Self.pair.training, Self.pair.test] {
      #expect(part.lineage.overlaps(with: mnist.part("train", of: "split")))
      #expect(!part.lineage.overlaps(with: mnist.part("test", of: "split")))
    }
    #expect(!Self.pair.training.lineage.overlaps(with: Self.pair.test.lineage))
  }
}
