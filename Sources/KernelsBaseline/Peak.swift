/// Fused multiply-adds on registers alone: what no product can be faster than.
///
/// - Returns: the sum of the accumulators, so that the work cannot be left out.
@Sendable func multiplyAddOnRegisters(_ iterations: Int) -> Float {
  let factor = Vector(repeating: 0.999_999)
  let term = Vector(repeating: 1e-7)
  // Enough chains to fill two units with a latency of four or five cycles.
  var a = (term, term, term, term, term, term)
  var b = (term, term, term, term, term, term)
  for _ in 0..<iterations {
    a.0 = term.adding(a.0, times: factor)
    a.1 = term.adding(a.1, times: factor)
    a.2 = term.adding(a.2, times: factor)
    a.3 = term.adding(a.3, times: factor)
    a.4 = term.adding(a.4, times: factor)
    a.5 = term.adding(a.5, times: factor)
    b.0 = term.adding(b.0, times: factor)
    b.1 = term.adding(b.1, times: factor)
    b.2 = term.adding(b.2, times: factor)
    b.3 = term.adding(b.3, times: factor)
    b.4 = term.adding(b.4, times: factor)
    b.5 = term.adding(b.5, times: factor)
  }
  let first = ((a.0 + a.1) + (a.2 + a.3)) + (a.4 + a.5)
  let second = ((b.0 + b.1) + (b.2 + b.3)) + (b.4 + b.5)
  return (first + second)[0]
}
