// Operations of our own in TensorFlow.
#pragma once
#include <string>

namespace fused {

// Registers the operations: once, when TensorFlow's libraries are open and before it makes its context.
// Throws std::runtime_error.
void Register();

// Sets what they run on: so many threads, and the kernels for a level of x86-64 processors ("2", "3" or "4"), or the
// highest that the processor has ("").
// Throws std::invalid_argument.
void Start(int threads, const std::string &level);

}  // namespace fused
