import Testing

@testable import Reporting

@Suite struct SparklineTests {
  @Test(
    arguments: [
      ([], 5, ""), ([1], 5, "▄"), ([0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█"), ([2, 2, 2], 8, "▄▄▄"),
      ([3, nil, -3], 8, "█ ▁"), ([.nan, 0, .infinity, 8], 8, " ▁ █"), ([nil, nil], 8, "  "),
      ([-1e308, 1e308], 8, "▁█"), ([0, 0, 4, 4, 8, 8], 3, "▁▅█"),
      ([1, 3, 1, nil, nil, nil], 3, "█▁ "),
    ] as [([Double?], Int, String)])
  func curves(values: [Double?], width: Int, text: String) {
    #expect(Sparkline(values, width: width).text == text)
  }
}
