import KernelInterface
import Testing

@testable import Kernels

@Suite struct PixelChangeTests {
  static let originals: [UInt8] = (0..<784).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 7) }

  /// The originals, moved by up to a tenth.
  static let images: [Float] = originals.enumerated().map { index, byte in
    Float(byte) / 255 + Float((index * 7919) % 201 - 100) / 1000
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported), [0, 1, 7, 16, 33, 784])
  func isThatOfTheReference(set: InstructionSet, count: Int) {
    let found = set.kernels.pixelChange(Self.images, Self.originals, count)
    var (largest, outside) = (0.0, 0)
    for (pixel, byte) in zip(Self.images, Self.originals).prefix(count) {
      largest = max(largest, (Double(pixel) - Double(Float(byte) / 255)).magnitude)
      if !(0...1).contains(pixel) { outside += 1 }
    }
    #expect(found.largest == largest && found.outside == outside)
  }

  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func everyPixelCounts(set: InstructionSet) {
    let bytes = [UInt8](repeating: 51, count: 40)
    for place in 0..<40 {
      func change(_ pixel: Float) -> (largest: Double, outside: Int) {
        var image = [Float](repeating: 0.2, count: 40)
        image[place] = pixel
        return set.kernels.pixelChange(image, bytes, 40)
      }
      #expect(change(0.2) == (0, 0))
      #expect(change(1) == (1 - Double(Float(0.2)), 0))
      #expect(change(-0.0) == (Double(Float(0.2)), 0))
      #expect(change(Float(1).nextUp).outside == 1)
      #expect(change(-.leastNormalMagnitude).outside == 1)
      #expect(change(.infinity) == (.infinity, 1))
      let odd = change(.nan)
      #expect(odd.largest.isNaN && odd.outside == 1)
    }
  }
}
