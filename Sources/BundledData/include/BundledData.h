#pragma once
#include <stddef.h>

/// One file inside the executable.
typedef struct {
  /// Where it was, such as "configs/models/mlp.json".
  const char *path;
  const unsigned char *bytes;
  size_t size;
} BundledData;

/// All of them; the number goes to `count`.
const BundledData *bundled_data(size_t *count);
