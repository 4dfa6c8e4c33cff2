internal import KernelInterface

extension ImageGroups {
  /// The groups of a pooling kernel, which looks at every element under every window.
  init(pooling geometry: WindowGeometry) {
    self.init(
      images: geometry.images, operations: geometry.outputPixels * geometry.patchLength,
      operationsPerTask: 32_768)
  }
}
