// Shapes of outputs as TensorFlow asks for them while it builds a function. An output is shaped like an input, is the
// last axis of one, or is not known before it is computed.
#pragma once
#include <initializer_list>

#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"

namespace fused {

constexpr int Like(int input) { return 2 * input; }
constexpr int LastOf(int input) { return 2 * input + 1; }
constexpr int kUnknown = -1;

inline void SetShape(TF_ShapeInferenceContext *context, int output, int rule, TF_Status *status) {
  if (rule == kUnknown) return;
  TF_ShapeHandle *const shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, rule / 2, shape, status);
  if (TF_GetCode(status) == TF_OK && rule % 2 == 1 && TF_ShapeInferenceContextRankKnown(context, shape)) {
    TF_ShapeHandle *const whole = TF_NewShapeHandle();
    TF_ShapeInferenceContextWithRankAtLeast(context, shape, 1, whole, status);
    if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSubshape(context, whole, -1, INT64_MAX, shape, status);
    TF_DeleteShapeHandle(whole);
  }
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, output, shape, status);
  TF_DeleteShapeHandle(shape);
}

// One rule for each output.
template <int... rules>
void Shapes(TF_ShapeInferenceContext *context, TF_Status *status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
  int output = 0;
  for (const int rule : {rules...}) {
    if (TF_GetCode(status) == TF_OK) SetShape(context, output, rule, status);
    output++;
  }
}

// Of N parameters, N gradients, N and N moments and two numbers come N parameters, N and N moments.
inline void AdamShapes(TF_ShapeInferenceContext *context, TF_Status *status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
  const int n = static_cast<int>((TF_ShapeInferenceContextNumInputs(context) - 2) / 4);
  for (int output = 0; output < 3 * n && TF_GetCode(status) == TF_OK; output++) {
    SetShape(context, output, Like(output < n ? output : output + n), status);
  }
}

}  // namespace fused
