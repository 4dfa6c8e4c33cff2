#include "CKernelSupport.h"

void defend_with_scratch(void *context, void (*body)(void *context, void *scratch)) {
  _Alignas(64) char scratch[128 * 1024];
  body(context, scratch);
}
