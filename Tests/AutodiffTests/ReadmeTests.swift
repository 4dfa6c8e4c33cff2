import Autodiff
import Testing

/// The README's example of the library, as it stands there.
@Suite struct ReadmeTests {
  @Test func theExampleGivesTheNumbersThatItShows() {
    let graph = Graph()
    let x = graph.input("x", shape: [.batch, 3])
    let w = graph.variable("w", shape: [3])
    let loss = (x * w).sum([1]).squared()  // one number an example
    let gradient = loss.gradient(withRespectTo: x)  // an expression like any other

    let variables = Variables()
    variables["w"] = Tensor([1, 2, 3] as [Float], shape: [3])
    let program = Program(
      results: [loss, gradient], variables: variables, capacity: 8, device: Device(threads: 1))
    program.write(Tensor([1, 0, 0, 0, 1, 1] as [Float], shape: [2, 3]), to: x)
    program.run(batch: 2)

    #expect(program.read(loss).floats == [1, 25])
    #expect(program.read(gradient).floats == [2, 4, 6, 10, 20, 30])
  }
}
