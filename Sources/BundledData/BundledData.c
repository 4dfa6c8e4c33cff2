#include "BundledData.h"

// #embed is C23; the package's other C is older.
#pragma clang diagnostic ignored "-Wc23-extensions"

// To bundle one more file, write its bytes here and its line in the table below.

static const unsigned char model_cnn[] = {
#embed "../../configs/models/cnn.json"
};

static const unsigned char model_mlp[] = {
#embed "../../configs/models/mlp.json"
};

static const unsigned char model_strided_cnn[] = {
#embed "../../configs/models/strided-cnn.json"
};

static const unsigned char recipe_cnn[] = {
#embed "../../configs/recipes/cnn.json"
};

static const unsigned char recipe_default[] = {
#embed "../../configs/recipes/default.json"
};

static const unsigned char recipe_fashion_linf_0_1[] = {
#embed "../../configs/recipes/fashion-linf-0.1.json"
};

static const unsigned char recipe_mlp[] = {
#embed "../../configs/recipes/mlp.json"
};

static const unsigned char recipe_mnist_cnn[] = {
#embed "../../configs/recipes/mnist-cnn.json"
};

static const unsigned char recipe_mnist_linf_0_3[] = {
#embed "../../configs/recipes/mnist-linf-0.3.json"
};

static const unsigned char recipe_mnist_mlp[] = {
#embed "../../configs/recipes/mnist-mlp.json"
};

static const unsigned char mnist_5k_images[] = {
#embed "mnist-5k/images-idx3-ubyte.gz"
};

static const unsigned char mnist_5k_labels[] = {
#embed "mnist-5k/labels-idx1-ubyte.gz"
};

#define FILE_ENTRY(path, bytes) {path, bytes, sizeof(bytes)}

static const BundledData table[] = {
    FILE_ENTRY("configs/models/cnn.json", model_cnn),
    FILE_ENTRY("configs/models/mlp.json", model_mlp),
    FILE_ENTRY("configs/models/strided-cnn.json", model_strided_cnn),
    FILE_ENTRY("configs/recipes/cnn.json", recipe_cnn),
    FILE_ENTRY("configs/recipes/default.json", recipe_default),
    FILE_ENTRY("configs/recipes/fashion-linf-0.1.json", recipe_fashion_linf_0_1),
    FILE_ENTRY("configs/recipes/mlp.json", recipe_mlp),
    FILE_ENTRY("configs/recipes/mnist-cnn.json", recipe_mnist_cnn),
    FILE_ENTRY("configs/recipes/mnist-linf-0.3.json", recipe_mnist_linf_0_3),
    FILE_ENTRY("configs/recipes/mnist-mlp.json", recipe_mnist_mlp),
    FILE_ENTRY("mnist-5k/images-idx3-ubyte.gz", mnist_5k_images),
    FILE_ENTRY("mnist-5k/labels-idx1-ubyte.gz", mnist_5k_labels),
};

const BundledData *bundled_data(size_t *count) {
  *count = sizeof(table) / sizeof(table[0]);
  return table;
}
