// One call of an operation: its inputs, checked before any of their values is read, and its outputs.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

// without what TensorFlow's devices share among each other, whose headers the addon's part of the wheel lacks
#define IS_SLIM_BUILD
#include "tensorflow/c/kernels.h"
#undef IS_SLIM_BUILD
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

#include "kernels.h"

namespace fused {

using Sizes = std::vector<int64_t>;

inline std::string Show(const Sizes &sizes) {
  std::string text = "[";
  for (size_t i = 0; i < sizes.size(); i++) text += (i == 0 ? "" : ", ") + std::to_string(sizes[i]);
  return text + "]";
}

inline int64_t Product(const Sizes &sizes) {
  int64_t product = 1;
  for (const int64_t size : sizes) product *= size;
  return product;
}

// What an operation says to inputs that it cannot work on.
struct Refusal : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// An operation's constants; those that it does not have stay as they are here.
struct Attributes {
  float epsilon = 0;
  // for each mean of Adam's: the old one's share, the new value's (float keeps four digits of 1 − 0.999 only) and the
  // logarithm of the old one's
  float beta1 = 0, beta2 = 0, gain1 = 0, gain2 = 0, log1 = 0, log2 = 0;
  int64_t size = 0;
  // of what is made, where an operation makes both
  Type type = Type::kFloat;
  std::string activation, form;
  std::vector<float> decays;
};

class Status {
 public:
  Status() : status_(TF_NewStatus()) {}
  ~Status() { TF_DeleteStatus(status_); }
  Status(const Status &) = delete;
  operator TF_Status *() const { return status_; }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }

 private:
  TF_Status *const status_;
};

struct Input {
  Sizes sizes;
  // of those that are bfloat16 `values` tells
  const float *data;
  Given values;
  int64_t count() const { return Product(sizes); }
};

class Call {
 public:
  Call(TF_OpKernelContext *context, const Attributes &attributes) : attributes(attributes), context_(context) {}
  ~Call() {
    for (TF_Tensor *tensor : outputs_) TF_DeleteTensor(tensor);
  }
  Call(const Call &) = delete;

  const Attributes &attributes;

  int inputs() const { return TF_NumInputs(context_); }

  // Any shape. Its memory is TensorFlow's until the call ends; held here as well, no output could take it over.
  Input In(int number) const {
    TF_Tensor *tensor = nullptr;
    Status status;
    TF_GetInput(context_, number, &tensor, status);
    if (!status.ok()) throw std::runtime_error(TF_Message(status));
    const Type type = TF_TensorType(tensor) == TF_BFLOAT16 ? Type::kBfloat16 : Type::kFloat;
    const void *const data = TF_TensorData(tensor);
    Input input{{}, type == Type::kFloat ? static_cast<const float *>(data) : nullptr, {data, type}};
    for (int axis = 0; axis < TF_NumDims(tensor); axis++) input.sizes.push_back(TF_Dim(tensor, axis));
    TF_DeleteTensor(tensor);
    return input;
  }

  // Of exactly these sizes.
  const float *In(int number, const Sizes &sizes) const { return Sized(number, sizes).data; }

  // Of exactly these sizes, in float or bfloat16.
  Given Either(int number, const Sizes &sizes) const { return Sized(number, sizes).values; }

  // Of exactly these sizes; the operation's definition says that it is bfloat16.
  const Bfloat16 *Brief(int number, const Sizes &sizes) const {
    return static_cast<const Bfloat16 *>(Sized(number, sizes).values.data);
  }

  float *Out(int number, const Sizes &sizes) { return static_cast<float *>(Out(number, sizes, Type::kFloat).data); }

  Made Out(int number, const Sizes &sizes, Type type) {
    Status status;
    const bool whole = type == Type::kFloat;
    const size_t bytes = (whole ? sizeof(float) : sizeof(Bfloat16)) * static_cast<size_t>(Product(sizes));
    return {Held(TF_AllocateOutput(context_, number, whole ? TF_FLOAT : TF_BFLOAT16, sizes.data(),
                                   static_cast<int>(sizes.size()), bytes, status),
                 status),
            type};
  }

  // In the memory of one of these inputs, where nobody else needs that.
  float *Out(int number, const Sizes &sizes, const std::vector<int> &instead) {
    return static_cast<float *>(Out(number, sizes, Type::kFloat, instead).data);
  }

  // An input of another type gives its memory to nobody.
  Made Out(int number, const Sizes &sizes, Type type, const std::vector<int> &instead) {
    Status status;
    int taken;
    return {Held(TF_ForwardInputOrAllocateOutput(context_, instead.data(), static_cast<int>(instead.size()), number,
                                                 sizes.data(), static_cast<int>(sizes.size()), &taken, status),
                 status),
            type};
  }

 private:
  Input Sized(int number, const Sizes &sizes) const {
    const Input input = In(number);
    if (input.sizes == sizes) return input;
    throw Refusal("input " + std::to_string(number) + " has shape " + Show(input.sizes) + ", expected " + Show(sizes));
  }

  void *Held(TF_Tensor *tensor, const Status &status) {
    if (tensor != nullptr) outputs_.push_back(tensor);
    if (!status.ok()) throw std::runtime_error(TF_Message(status));
    return TF_TensorData(tensor);
  }

  TF_OpKernelContext *const context_;
  std::vector<TF_Tensor *> outputs_;
};

// An input read as a matrix, its last axis being the columns.
struct Matrix : Input {
  int64_t rows;
  int columns;
  explicit Matrix(const Input &input) : Input(input) {
    if (sizes.empty() || sizes.back() < 1 || sizes.back() > INT32_MAX) {
      throw Refusal("input has shape " + Show(sizes) + ", expected at least one axis, and channels on the last");
    }
    columns = static_cast<int>(sizes.back());
    rows = count() / columns;
  }
  Sizes row() const { return {columns}; }
};

}  // namespace fused
