internal import ArgumentParsing

/// Paths on the command line, joined by commas.
struct PathList: ExpressibleByArgument {
  let paths: [String]

  static var argumentFormat: ArgumentFormat<PathList> {
    ArgumentFormat(
      write: { $0.paths.joined(separator: ",") },
      read: { text throws(ValidationError) in
        let paths = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !paths.contains("") else {
          throw ValidationError("a path is missing; a list is such as a.safetensors,b.safetensors")
        }
        return PathList(paths: paths)
      })
  }
}
