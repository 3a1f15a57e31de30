// Operations of our own, registered through TensorFlow's C API. They are for processors only; graphics cards have
// TensorFlow's own operations, which lib/engine composes the same functions of.
#include <algorithm>

#include "call.h"
#include "depthwise_ops.h"
#include "fused.h"
#include "kernels.h"
#include "norm_ops.h"
#include "pointwise_ops.h"
#include "pool.h"
#include "shapes.h"

namespace fused {
namespace {

// What the processor runs; chosen before the first call.
const Kernels *chosen = &level2;

using Body = void (*)(Call &, const Kernels &);

// Nothing that a body throws reaches TensorFlow, which knows no exceptions.
template <Body body>
void Compute(void *attributes, TF_OpKernelContext *context) {
  const auto fail = [context](TF_Code code, const char *message) {
    Status status;
    TF_SetStatus(status, code, message);
    TF_OpKernelContext_Failure(context, status);
  };
  Call call(context, *static_cast<const Attributes *>(attributes));
  try {
    body(call, *chosen);
  } catch (const Refusal &refusal) {
    fail(TF_INVALID_ARGUMENT, refusal.what());
  } catch (const std::exception &error) {
    fail(TF_RESOURCE_EXHAUSTED, error.what());
  }
}

std::string Text(TF_OpKernelConstruction *construction, const char *name, TF_Status *status) {
  int32_t values = 0, bytes = 0;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &values, &bytes, status);
  std::string text(static_cast<size_t>(std::max(bytes, 0)), '\0');
  if (bytes > 0) TF_OpKernelConstruction_GetAttrString(construction, name, &text[0], text.size(), status);
  return text;
}

Type TypeOf(TF_OpKernelConstruction *construction, const char *name, TF_Status *status) {
  TF_DataType type = TF_FLOAT;
  TF_OpKernelConstruction_GetAttrType(construction, name, &type, status);
  return type == TF_BFLOAT16 ? Type::kBfloat16 : Type::kFloat;
}

std::vector<float> Numbers(TF_OpKernelConstruction *construction, const char *name, TF_Status *status) {
  int32_t values = 0, bytes = 0;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &values, &bytes, status);
  std::vector<float> numbers(static_cast<size_t>(std::max(values, 0)));
  TF_OpKernelConstruction_GetAttrFloatList(construction, name, numbers.data(), values, status);
  return numbers;
}

void *ReadAttributes(TF_OpKernelConstruction *construction) {
  auto *const attributes = new Attributes();
  Status status;
  const auto has = [&](const char *name) { return TF_OpKernelConstruction_HasAttr(construction, name, status); };
  const auto number = [&](const char *name, float *value) {
    if (has(name)) TF_OpKernelConstruction_GetAttrFloat(construction, name, value, status);
  };
  number("epsilon", &attributes->epsilon);
  number("beta1", &attributes->beta1);
  number("beta2", &attributes->beta2);
  number("gain1", &attributes->gain1);
  number("gain2", &attributes->gain2);
  number("log1", &attributes->log1);
  number("log2", &attributes->log2);
  if (has("size")) TF_OpKernelConstruction_GetAttrInt64(construction, "size", &attributes->size, status);
  if (has("activation")) attributes->activation = Text(construction, "activation", status);
  if (has("form")) attributes->form = Text(construction, "form", status);
  if (has("made")) attributes->type = TypeOf(construction, "made", status);
  if (has("decays")) attributes->decays = Numbers(construction, "decays", status);
  if (!status.ok()) TF_OpKernelConstruction_Failure(construction, status);
  return attributes;
}

void DeleteAttributes(void *attributes) { delete static_cast<Attributes *>(attributes); }

using Texts = std::vector<const char *>;
using Shape = void (*)(TF_ShapeInferenceContext *, TF_Status *);

void Check(const Status &status, const char *name) {
  if (!status.ok()) throw std::runtime_error(std::string("Cannot register ") + name + ": " + TF_Message(status));
}

template <Body body>
void Operation(const char *name, const Texts &inputs, const Texts &outputs, const Texts &attributes, Shape shape) {
  TF_OpDefinitionBuilder *const definition = TF_NewOpDefinitionBuilder(name);
  for (const char *input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char *output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  for (const char *attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, shape);
  Status status;
  TF_RegisterOpDefinition(definition, status);
  Check(status, name);
  TF_RegisterKernelBuilder(
      name, TF_NewKernelBuilder(name, "CPU", ReadAttributes, Compute<body>, DeleteAttributes), status);
  Check(status, name);
}

bool Has(int level) {
  if (level == 4) return __builtin_cpu_supports("x86-64-v4");
  if (level == 3) return __builtin_cpu_supports("x86-64-v3");
  return true;  // TensorFlow itself asks for more than level 2
}

}  // namespace

void Register() {
  const char *const epsilon = "epsilon: float", *const activation = "activation: {'none', 'relu'}",
                   *const form = "form: {'erf', 'tanh', 'sigmoid'}";
  // types of an input and of what is made of it
  const char *const given = "given: {float, bfloat16} = DT_FLOAT", *const made = "made: {float, bfloat16} = DT_FLOAT";
  Operation<ComputeLayerNorm>("HouseLayerNorm", {"x: float", "weight: float", "bias: float"},
                              {"y: made", "statistics: float"}, {epsilon, made}, Shapes<Like(0), kUnknown>);
  Operation<ComputeLayerNormGrad>("HouseLayerNormGrad",
                                  {"x: float", "weight: float", "dy: given", "statistics: float"},
                                  {"dx: float", "dweight: float", "dbias: float"}, {given},
                                  Shapes<Like(0), Like(1), Like(1)>);
  // operations of TensorFlow have a fixed number of inputs: what may be left out makes a second name
  const Texts normed = {"y: float", "mean: float", "variance: float"};
  const Texts norm_gradients = {"dx: float", "dweight: float", "dbias: float"};
  const Shape norm_shapes = Shapes<Like(0), Like(1), Like(1)>;
  Operation<ComputeBatchNorm>("HouseBatchNorm", {"x: float", "weight: float", "bias: float"}, normed,
                              {epsilon, activation}, norm_shapes);
  Operation<ComputeBatchNorm>("HouseBatchNormJoined",
                              {"x: float", "weight: float", "bias: float", "residual: float"}, normed,
                              {epsilon, activation}, norm_shapes);
  Operation<ComputeBatchNormGrad>("HouseBatchNormGrad",
                                  {"x: float", "weight: float", "dy: float", "mean: float", "variance: float"},
                                  norm_gradients, {epsilon}, norm_shapes);
  Operation<ComputeBatchNormGrad>(
      "HouseBatchNormReluGrad",
      {"x: float", "weight: float", "dy: float", "mean: float", "variance: float", "y: float"}, norm_gradients,
      {epsilon}, norm_shapes);
  Operation<ComputeBias>("HouseBias", {"z: given", "bias: float"}, {"y: float"}, {activation, given},
                         Shapes<Like(0)>);
  Operation<ComputeBiasGelu>("HouseBiasGelu", {"z: given", "bias: float"}, {"y: made", "derivative: given"},
                             {form, given, made}, Shapes<Like(0), Like(0)>);
  Operation<ComputeActivationGrad>(
      "HouseActivationGrad", {"dy: given", "kept: saved"}, {"dz: made", "dbias: float"},
      {"activation: {'relu', 'gelu'}", given, "saved: {float, bfloat16} = DT_FLOAT", made},
      Shapes<Like(0), LastOf(0)>);
  Operation<ComputeNarrow>("HouseNarrowSums", {"x: float"}, {"y: bfloat16", "sums: float"}, {},
                           Shapes<Like(0), LastOf(0)>);
  Operation<ComputeColumnSums>("HouseColumnSums", {"x: float"}, {"y: float"}, {}, Shapes<LastOf(0)>);
  Operation<ComputeGelu>("HouseGelu", {"x: float"}, {"y: float"}, {form}, Shapes<Like(0)>);
  Operation<ComputeGeluGrad>("HouseGeluGrad", {"x: float", "dy: float"}, {"dx: float"}, {form}, Shapes<Like(0)>);
  Operation<ComputeAddScaled>("HouseAddScaled", {"x: float", "y: float", "scale: float"}, {"sum: float"}, {},
                              Shapes<Like(0)>);
  Operation<ComputeAddScaledGrad>("HouseAddScaledGrad", {"y: float", "scale: float", "dy: float"},
                                  {"ofy: float", "dscale: float"}, {}, Shapes<Like(0), Like(1)>);
  Operation<ComputeAddBranch>("HouseAddBranch", {"x: float", "z: bfloat16", "bias: float", "scale: float"},
                              {"y: float"}, {}, Shapes<Like(0)>);
  Operation<ComputeAddBranchGrad>("HouseAddBranchGrad", {"dy: float", "z: bfloat16", "bias: float", "scale: float"},
                                  {"dz: bfloat16", "dbias: float", "dscale: float"}, {},
                                  Shapes<Like(0), Like(2), Like(2)>);
  Operation<ComputeRowGrad<&Kernels::softmax_grad>>("HouseSoftmaxGrad", {"y: float", "dy: float"}, {"dx: float"}, {},
                                                    Shapes<Like(0)>);
  Operation<ComputeRowGrad<&Kernels::log_softmax_grad>>("HouseLogSoftmaxGrad", {"y: float", "dy: float"},
                                                        {"dx: float"}, {}, Shapes<Like(0)>);
  Operation<ComputeDepthwise>("HouseDepthwise", {"x: float", "filter: float"}, {"y: float"}, {}, Shapes<Like(0)>);
  Operation<ComputeDepthwise>("HouseDepthwiseBias", {"x: float", "filter: float", "bias: float"}, {"y: float"}, {},
                              Shapes<Like(0)>);
  Operation<ComputeDepthwiseInputGrad>("HouseDepthwiseInputGrad", {"dy: float", "filter: float"}, {"dx: float"}, {},
                                       Shapes<Like(0)>);
  Operation<ComputeDepthwiseFilterGrad>("HouseDepthwiseFilterGrad", {"x: float", "dy: float"}, {"dfilter: float"},
                                        {"size: int"}, Shapes<kUnknown>);
  Operation<ComputeAdam>(
      "HouseAdam",
      {"params: N * float", "gradients: N * float", "firsts: N * float", "seconds: N * float", "rate: float",
       "step: float"},
      {"new_params: N * float", "new_firsts: N * float", "new_seconds: N * float"},
      {"N: int >= 1", "beta1: float", "beta2: float", "gain1: float", "gain2: float", "log1: float", "log2: float",
       "epsilon: float", "decays: list(float)"}, AdamShapes);
}

void Start(int threads, const std::string &level) {
  __builtin_cpu_init();
  const int highest = Has(4) ? 4 : Has(3) ? 3 : 2;
  if (level != "" && level != "2" && level != "3" && level != "4") {
    throw std::invalid_argument("the level of the processor is \"" + level + "\", expected 2, 3 or 4 (of x86-64)");
  }
  const int number = level.empty() ? highest : level[0] - '0';
  if (number > highest) {
    throw std::invalid_argument("level " + level + " was asked for, but this processor has x86-64-v" +
                                std::to_string(highest));
  }
  chosen = number == 4 ? &level4 : number == 3 ? &level3 : &level2;
  Pool::Get().Resize(threads);
}

}  // namespace fused
