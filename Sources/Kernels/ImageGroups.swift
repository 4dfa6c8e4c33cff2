/// The fixed partition of images into groups, one task each.
struct ImageGroups: Sendable {
  let images: Int
  let imagesPerTask: Int

  /// - Parameters:
  ///   - operations: the work of one image.
  ///   - operationsPerTask: the work that is worth a task.
  init(images: Int, operations: Int, operationsPerTask: Int) {
    self.images = images
    imagesPerTask = max(
      1, operationsPerTask / max(1, operations),
      (images + TaskGrid.taskLimit - 1) / TaskGrid.taskLimit)
  }

  var taskCount: Int { (images + imagesPerTask - 1) / imagesPerTask }

  func range(task: Int) -> Range<Int> {
    task * imagesPerTask..<min(images, (task + 1) * imagesPerTask)
  }
}
