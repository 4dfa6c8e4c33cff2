internal import CKernelSupport
public import KernelInterface

// The vector type differs by instruction set, so that no generic code is shared between the builds.
#if KERNELS_AVX512
  typealias Vector = SIMD16<Float>
  typealias IntegerVector = SIMD16<Int32>
  typealias Sixteen = InlineArray<1, Vector>
#elseif KERNELS_AVX2
  typealias Vector = SIMD8<Float>
  typealias IntegerVector = SIMD8<Int32>
  typealias Sixteen = InlineArray<2, Vector>
#else
  typealias Vector = SIMD4<Float>
  typealias IntegerVector = SIMD4<Int32>
  typealias Sixteen = InlineArray<4, Vector>
#endif

/// What goes to and fro between memory and cores is a line of so many elements.
let cacheLineFloats = 16

extension KernelTable {
  #if KERNELS_AVX512
    public static let avx512 = table
  #elseif KERNELS_AVX2
    public static let avx2 = table
  #else
    public static let baseline = table
  #endif

  /// The kernels as this module was built.
  static var table: KernelTable {
    KernelTable(
      lanes: Vector.scalarCount,
      multiplyAddRegisters: multiplyAddOnRegisters,
      product: matrixProduct,
      productWithAdamStep: multiplyAndStep,
      pooledConvolution: convolvePooled,
      unpooledProduct: multiplyUnpooled,
      unpooledImage: addUnpooledImage,
      transpose: transposeMatrix,
      addPatches: addImagePatches,
      addTaps: addTapPlanes,
      padImages: padImageRange,
      poolArgmax: poolWindows,
      poolGather: gatherFromWindows,
      unpool: spreadToWindows,
      unpoolPlanes: spreadToPlanes,
      loop: runLoop,
      sumRows: sumOverRows,
      sumRun: sumOverRun,
      softmax: softmaxRows,
      crossEntropy: crossEntropyRows,
      pixelChange: changeOfPixels,
      uniformNumbers: fillWithUniformNumbers)
  }
}

extension Vector {
  @inline(__always)
  init(at pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
  }

  /// The first `count` lanes from memory, the others `fill`.
  @inline(__always)
  init(at pointer: UnsafePointer<Float>, count: Int, otherwise fill: Float = 0) {
    self = defend_load_prefix_or(pointer, count, fill)
  }

  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Vector.self)
  }

  /// Writes the first `count` lanes.
  @inline(__always)
  func store(to pointer: UnsafeMutablePointer<Float>, count: Int) {
    defend_store_prefix(pointer, count, self)
  }

  @inline(__always)
  var bits: IntegerVector { unsafeBitCast(self, to: IntegerVector.self) }

  @inline(__always)
  init(bits: IntegerVector) { self = unsafeBitCast(bits, to: Vector.self) }

  /// `a · b + self` in one rounding.
  @inline(__always)
  func adding(_ a: Vector, times b: Vector) -> Vector { addingProduct(a, b) }
}
