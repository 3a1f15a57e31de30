// TensorFlow.js's own addon (npm:@tensorflow/tfjs-node-gpu, folder "binding") on the TensorFlow of a PyPI wheel, as one
// unit of translation. Its sources stay as they are. Added are functions of recorded operations (functions.cc) and
// operations of our own (fused/), and the libraries come in another way:
//
// - They are opened by the addon and not by the linker's list, because a static initialiser of theirs prints a line
//   that no log level silences; meanwhile standard error leads nowhere.
// - They are found beside the addon, wherever the user's cache folder lies (LIBRARIES: path from one to the other).
//
// Functions of TensorFlow are therefore bound when they are first called (-z lazy).
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>

#include <node_api.h>
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

// functions.cc shares the backend's context and tensors; everything that this header includes is included above
#define private public
#include "tfjs_backend.h"
#undef private

// its module registers itself as soon as it is loaded, which is before there is a TensorFlow
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_backend.cc"
#include "tfjs_binding.cc"
#include "functions.cc"
#include "fused/fused.h"

namespace {

// Standard error leads nowhere as long as one of these lives.
class Silence {
 public:
  Silence() : kept_(dup(STDERR_FILENO)) {
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere < 0) return;
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
  }
  ~Silence() {
    if (kept_ < 0) return;
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }

 private:
  const int kept_;
};

// Folder of this addon.
std::string Folder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(&Folder), &info) == 0) return ".";
  const std::string file(info.dli_fname);
  return file.substr(0, file.rfind('/'));
}

// What went wrong, or nothing.
std::string OpenLibraries() {
  // its lines about the processor and about missing graphics cards are no warnings; whoever sets the level sees them
  setenv("TF_CPP_MIN_LOG_LEVEL", "2", 0);
  for (const char *name : {"libtensorflow_framework.so.2", "libtensorflow_cc.so.2"}) {
    const std::string file = Folder() + "/" LIBRARIES "/" + name;
    if (dlopen(file.c_str(), RTLD_LAZY | RTLD_GLOBAL) == nullptr) return dlerror();
  }
  return "";
}

// What went wrong, or nothing.
std::string Open() {
  const std::string error = OpenLibraries();
  if (!error.empty()) return error;
  try {
    // once for a process: a second one ends it, and each of Deno's workers comes by here
    static const bool registered = (fused::Register(), true);
    static_cast<void>(registered);
  } catch (const std::exception &failure) {
    return failure.what();
  }
  return "";
}

// startFused(threads, level): what our own operations run on.
napi_value StartFused(napi_env env, napi_callback_info info) {
  return functions::Guarded(env, info, 2, [](tfnodejs::TFJSBackend *, const functions::Arguments &given) {
    fused::Start(static_cast<int>(given[0].Integer()), given[1].String());
  });
}

}  // namespace

NAPI_MODULE_INIT() {
  const Silence silence;
  const std::string error = Open();
  if (!error.empty()) {
    // told and not thrown: Deno drops what an addon throws while it is loaded
    napi_value text;
    napi_create_string_utf8(env, error.c_str(), error.size(), &text);
    napi_set_named_property(env, exports, "error", text);
    return exports;
  }
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  if (exports == nullptr) return exports;
  functions::Export(env, exports);
  const napi_property_descriptor start = {"startFused", nullptr, StartFused, nullptr,
                                          nullptr,      nullptr, napi_default, nullptr};
  napi_define_properties(env, exports, 1, &start);
  return exports;
}
