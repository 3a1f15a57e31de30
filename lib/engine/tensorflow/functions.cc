// Functions made of recorded operations: what one step of training executed becomes one operation of TensorFlow.
// Included by addon.cc, whose names it uses.
#include <functional>
#include <memory>
#include <stdexcept>

namespace functions {

using tfnodejs::TFJSBackend;

// Values of JavaScript. What does not have the form that is asked for throws.
class Value {
 public:
  Value(napi_env env, napi_value value) : env_(env), value_(value) {}

  Value operator[](const char *name) const {
    napi_value inner;
    Check(napi_get_named_property(env_, value_, name, &inner), name);
    return Value(env_, inner);
  }
  Value operator[](uint32_t index) const {
    napi_value inner;
    Check(napi_get_element(env_, value_, index, &inner), "element");
    return Value(env_, inner);
  }
  uint32_t size() const {
    uint32_t length;
    Check(napi_get_array_length(env_, value_, &length), "array");
    return length;
  }
  bool IsArray() const {
    bool result;
    Check(napi_is_array(env_, value_, &result), "array");
    return result;
  }
  double Number() const {
    double result;
    Check(napi_get_value_double(env_, value_, &result), "number");
    return result;
  }
  int64_t Integer() const { return static_cast<int64_t>(Number()); }
  bool Boolean() const {
    bool result;
    Check(napi_get_value_bool(env_, value_, &result), "boolean");
    return result;
  }
  std::string String() const {
    size_t length;
    Check(napi_get_value_string_utf8(env_, value_, nullptr, 0, &length), "string");
    std::string result(length, '\0');
    Check(napi_get_value_string_utf8(env_, value_, &result[0], length + 1, &length), "string");
    return result;
  }
  std::vector<int64_t> Integers() const {
    std::vector<int64_t> result;
    for (uint32_t i = 0; i < size(); i++) result.push_back((*this)[i].Integer());
    return result;
  }

 private:
  static void Check(napi_status status, const char *expected) {
    if (status != napi_ok) throw std::runtime_error(std::string("an argument is no, or has no, ") + expected);
  }
  const napi_env env_;
  const napi_value value_;
};

// they call, because a function of a library that is not there yet has no address
struct Delete {
  void operator()(TF_Graph *graph) const { TF_DeleteGraph(graph); }
  void operator()(TF_Function *function) const { TF_DeleteFunction(function); }
};

void Check(const tfnodejs::TF_AutoStatus &status, const std::string &what) {
  if (TF_GetCode(status.status) != TF_OK) throw std::runtime_error(what + ": " + TF_Message(status.status));
}

void SetAttribute(TF_OperationDescription *operation, const Value &attribute) {
  const std::string name = attribute["name"].String();
  const Value value = attribute["value"];
  switch (static_cast<TF_AttrType>(attribute["type"].Integer())) {
    case TF_ATTR_STRING: {
      const std::string text = value.String();
      return TF_SetAttrString(operation, name.c_str(), text.data(), text.size());
    }
    case TF_ATTR_INT: {
      if (!value.IsArray()) return TF_SetAttrInt(operation, name.c_str(), value.Integer());
      const std::vector<int64_t> list = value.Integers();
      return TF_SetAttrIntList(operation, name.c_str(), list.data(), static_cast<int>(list.size()));
    }
    case TF_ATTR_FLOAT: {
      if (!value.IsArray()) return TF_SetAttrFloat(operation, name.c_str(), static_cast<float>(value.Number()));
      std::vector<float> list;
      for (uint32_t i = 0; i < value.size(); i++) list.push_back(static_cast<float>(value[i].Number()));
      return TF_SetAttrFloatList(operation, name.c_str(), list.data(), static_cast<int>(list.size()));
    }
    case TF_ATTR_BOOL:
      return TF_SetAttrBool(operation, name.c_str(), value.Boolean());
    case TF_ATTR_TYPE:
      return TF_SetAttrType(operation, name.c_str(), static_cast<TF_DataType>(value.Integer()));
    case TF_ATTR_SHAPE: {
      const std::vector<int64_t> shape = value.Integers();
      return TF_SetAttrShape(operation, name.c_str(), shape.data(), static_cast<int>(shape.size()));
    }
    default:
      throw std::runtime_error("attribute \"" + name + "\" is of a type without a rule");
  }
}

// A function's graph while it grows: arguments first, then operations, numbered in this order.
class Graph {
 public:
  explicit Graph(TFJSBackend *backend) : backend_(backend), graph_(TF_NewGraph()) {}

  void AddArgument(const Value &argument) {
    TF_OperationDescription *operation = New("Placeholder");
    const std::vector<int64_t> shape = argument["shape"].Integers();
    TF_SetAttrType(operation, "dtype", static_cast<TF_DataType>(argument["dtype"].Integer()));
    TF_SetAttrShape(operation, "shape", shape.data(), static_cast<int>(shape.size()));
    Finish(operation, "an argument");
    arguments_.push_back({operations_.back(), 0});
  }

  void AddConstant(int32_t id) {
    const auto found = backend_->tfe_handle_map_.find(id);
    if (found == backend_->tfe_handle_map_.end()) throw std::runtime_error("a constant has gone");
    tfnodejs::TF_AutoStatus status;
    tfnodejs::TF_AutoTensor tensor(TFE_TensorHandleResolve(found->second, status.status));
    Check(status, "a constant");
    TF_OperationDescription *operation = New("Const");
    TF_SetAttrTensor(operation, "value", tensor.tensor, status.status);
    TF_SetAttrType(operation, "dtype", TF_TensorType(tensor.tensor));
    Finish(operation, "a constant");
  }

  // An input is an output of what came before, [number, output], or a list of such.
  void AddOperation(const Value &node) {
    const std::string name = node["op"].String();
    const Value inputs = node["inputs"];
    std::vector<std::vector<TF_Output>> given;
    std::vector<bool> lists;
    for (uint32_t i = 0; i < inputs.size(); i++) {
      const Value input = inputs[i];
      lists.push_back(input.size() > 0 && input[0u].IsArray());
      given.push_back(lists.back() ? Outputs(input) : std::vector<TF_Output>{Output(input)});
    }
    TF_OperationDescription *operation = New(name.c_str());
    for (size_t i = 0; i < given.size(); i++) {
      if (lists[i]) TF_AddInputList(operation, given[i].data(), static_cast<int>(given[i].size()));
      else TF_AddInput(operation, given[i][0]);
    }
    const Value attributes = node["attributes"];
    for (uint32_t i = 0; i < attributes.size(); i++) SetAttribute(operation, attributes[i]);
    Finish(operation, name);
  }

  void Register(const std::string &name, const Value &outputs) {
    const std::vector<TF_Output> results = Outputs(outputs);
    tfnodejs::TF_AutoStatus status;
    const std::unique_ptr<TF_Function, Delete> function(TF_GraphToFunction(
        graph_.get(), name.c_str(), 0, -1, nullptr, static_cast<int>(arguments_.size()), arguments_.data(),
        static_cast<int>(results.size()), results.data(), nullptr, nullptr, "", status.status));
    Check(status, name);
    TFE_ContextAddFunction(backend_->tfe_context_, function.get(), status.status);
    Check(status, name);
  }

 private:
  TF_OperationDescription *New(const char *type) {
    return TF_NewOperation(graph_.get(), type, ("n" + std::to_string(operations_.size())).c_str());
  }
  void Finish(TF_OperationDescription *description, const std::string &what) {
    tfnodejs::TF_AutoStatus status;
    TF_Operation *operation = TF_FinishOperation(description, status.status);
    Check(status, what);
    operations_.push_back(operation);
  }
  TF_Output Output(const Value &reference) const {
    const int64_t number = reference[0u].Integer();
    if (number < 0 || static_cast<size_t>(number) >= operations_.size()) {
      throw std::runtime_error("an input comes before what computes it");
    }
    return {operations_[number], static_cast<int>(reference[1u].Integer())};
  }
  std::vector<TF_Output> Outputs(const Value &references) const {
    std::vector<TF_Output> result;
    for (uint32_t i = 0; i < references.size(); i++) result.push_back(Output(references[i]));
    return result;
  }

  TFJSBackend *const backend_;
  const std::unique_ptr<TF_Graph, Delete> graph_;
  std::vector<TF_Operation *> operations_;
  std::vector<TF_Output> arguments_;
};

using Arguments = std::vector<Value>;

napi_value Guarded(napi_env env, napi_callback_info info, size_t count,
                   const std::function<void(TFJSBackend *, const Arguments &)> &body) {
  std::vector<napi_value> values(count);
  size_t given = count;
  TFJSBackend *const backend = tfnodejs::GetTFJSBackend(env);
  if (backend == nullptr) return nullptr;
  try {
    if (napi_get_cb_info(env, info, &given, values.data(), nullptr, nullptr) != napi_ok || given < count) {
      throw std::runtime_error("an argument is missing");
    }
    Arguments arguments;
    for (napi_value value : values) arguments.emplace_back(env, value);
    body(backend, arguments);
  } catch (const std::exception &error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

// makeFunction(name, arguments: { dtype, shape }[], nodes: ({ constant } | { op, attributes, inputs })[], outputs)
napi_value Make(napi_env env, napi_callback_info info) {
  return Guarded(env, info, 4, [](TFJSBackend *backend, const Arguments &given) {
    Graph graph(backend);
    for (uint32_t i = 0; i < given[1].size(); i++) graph.AddArgument(given[1][i]);
    for (uint32_t i = 0; i < given[2].size(); i++) {
      const Value node = given[2][i];
      const int64_t constant = node["constant"].Integer();
      if (constant >= 0) graph.AddConstant(static_cast<int32_t>(constant));
      else graph.AddOperation(node);
    }
    graph.Register(given[0].String(), given[3]);
  });
}

// removeFunction(name)
napi_value Remove(napi_env env, napi_callback_info info) {
  return Guarded(env, info, 1, [](TFJSBackend *backend, const Arguments &given) {
    tfnodejs::TF_AutoStatus status;
    TFE_ContextRemoveFunction(backend->tfe_context_, given[0].String().c_str(), status.status);
    Check(status, "removeFunction");
  });
}

void Export(napi_env env, napi_value exports) {
  const napi_property_descriptor properties[] = {
      {"makeFunction", nullptr, Make, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, Remove, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 2, properties);
}

}  // namespace functions
